//! Product settings managed by the server, and the bytes that are signed.

use std::str::FromStr;

use crate::{
    ids::{Kid, ProductId, TenantId},
    time::Timestamp,
};

/// Validity of signed settings: one day, in seconds.
const SETTINGS_VALIDITY_SECONDS: i64 = 86_400;

/// Maximum trial length: 36,500 days, about a hundred years.
const MAX_TRIAL_DAYS: u32 = 36_500;

/// Length of a trial in days: 0 to 36,500.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrialDays(u32);

/// The number is not a valid trial length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("enter 0 to 36,500 days")]
pub struct TrialDaysError;

impl TrialDays {
    /// Returns the number of days.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<i64> for TrialDays {
    type Error = TrialDaysError;

    fn try_from(days: i64) -> Result<Self, TrialDaysError> {
        u32::try_from(days)
            .ok()
            .filter(|days| *days <= MAX_TRIAL_DAYS)
            .map(Self)
            .ok_or(TrialDaysError)
    }
}

impl FromStr for TrialDays {
    type Err = TrialDaysError;

    fn from_str(text: &str) -> Result<Self, TrialDaysError> {
        let days: i64 = text.parse().map_err(|_| TrialDaysError)?;
        days.try_into()
    }
}

/// A vendor's settings for the apps of a product.
///
/// `None` means not set: the app uses its built-in default. It is distinct from 0 and `false`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProductSettings {
    /// Length of the trial.
    pub trial_days: Option<TrialDays>,
    /// Whether the app may run without a key in its free tier.
    pub free_tier: Option<bool>,
}

/// The signed contents of product settings. Times are whole Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsClaims {
    /// ID of the signing key.
    pub kid: Kid,
    /// The owning tenant.
    pub tenant_id: TenantId,
    /// The product.
    pub product_id: ProductId,
    /// Time of signing.
    pub issued_at: i64,
    /// End of validity.
    pub expires_at: i64,
    /// Length of the trial in days.
    pub trial_duration_days: u32,
    /// Whether the app may run without a key.
    pub free_tier_enabled: bool,
}

impl SettingsClaims {
    /// Creates the claims for these settings at `now`.
    ///
    /// Returns `None` if no trial length is set. A free tier that is not set is signed as `false`.
    pub fn new(
        settings: ProductSettings,
        tenant_id: &TenantId,
        product_id: &ProductId,
        kid: &Kid,
        now: Timestamp,
    ) -> Option<Self> {
        let issued_at = now.seconds();
        Some(Self {
            kid: kid.clone(),
            tenant_id: tenant_id.clone(),
            product_id: product_id.clone(),
            issued_at,
            expires_at: issued_at.saturating_add(SETTINGS_VALIDITY_SECONDS),
            trial_duration_days: settings.trial_days?.get(),
            free_tier_enabled: settings.free_tier.unwrap_or(false),
        })
    }

    /// Returns the UTF-8 bytes that Ed25519 signs: `cfg1` and the seven claims, separated by `|`.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let Self {
            kid,
            tenant_id: tenant,
            product_id: product,
            issued_at,
            expires_at,
            trial_duration_days,
            free_tier_enabled,
        } = self;
        format!("cfg1|{kid}|{tenant}|{product}|{issued_at}|{expires_at}|{trial_duration_days}|{free_tier_enabled}")
            .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(trial_days: Option<i64>, free_tier: Option<bool>) -> Option<SettingsClaims> {
        let settings = ProductSettings {
            trial_days: trial_days.map(|days| days.try_into().unwrap()),
            free_tier,
        };
        let (tenant, product) = ("acme".parse().unwrap(), "notes".parse().unwrap());
        let kid = "k1".parse().unwrap();
        SettingsClaims::new(
            settings,
            &tenant,
            &product,
            &kid,
            Timestamp::from_millis(100_999),
        )
    }

    #[test]
    fn trial_is_0_to_36500_days() {
        for days in [0, 14, 36_500] {
            assert_eq!(
                TrialDays::try_from(days).map(|days| i64::from(days.get())),
                Ok(days)
            );
        }
        for days in [-1, 36_501, i64::MAX] {
            assert_eq!(TrialDays::try_from(days), Err(TrialDaysError), "{days}");
        }
        assert_eq!("14".parse::<TrialDays>().map(TrialDays::get), Ok(14));
        for text in ["", "two weeks", "1.5", "36501"] {
            assert_eq!(text.parse::<TrialDays>(), Err(TrialDaysError), "{text}");
        }
    }

    #[test]
    fn settings_with_a_trial_are_signed_for_one_day() {
        assert_eq!(claims(None, None), None);
        assert_eq!(claims(None, Some(true)), None);
        let with_trial = claims(Some(0), None).unwrap();
        assert_eq!((with_trial.issued_at, with_trial.expires_at), (100, 86_500));
        for (free_tier, signed) in [
            (None, "false"),
            (Some(false), "false"),
            (Some(true), "true"),
        ] {
            assert_eq!(
                claims(Some(14), free_tier).unwrap().signed_bytes(),
                format!("cfg1|k1|acme|notes|100|86500|14|{signed}").into_bytes(),
            );
        }
    }
}
