//! Product settings as sent to apps.

use keywright_domain::settings::{ProductSettings, SettingsClaims};

use super::Admission;
use crate::{Error, signing_keys::signer::TenantSigner};

/// A product's settings, signed if they include a trial length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentSettings {
    /// Configured settings. If signed, an unset `free_tier` becomes `false`.
    pub settings: ProductSettings,
    pub signed: Option<SignedSettings>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedSettings {
    pub claims: SettingsClaims,
    /// Standard base64 of the 64-byte signature.
    pub signature: String,
}

impl SentSettings {
    /// Returns the product's settings. They are signed only if a trial length is set; most products
    /// have none.
    pub fn of(admission: &Admission) -> Result<Self, Error> {
        if admission.settings.trial_days.is_none() {
            return Ok(Self::unsigned(admission.settings));
        }
        Ok(Self::signed_by(admission.signer()?, admission))
    }

    fn unsigned(settings: ProductSettings) -> Self {
        Self {
            settings,
            signed: None,
        }
    }

    /// Signs the settings with the tenant's key if they include a trial length.
    fn signed_by(signer: &TenantSigner, admission: &Admission) -> Self {
        let Admission {
            tenant_id,
            product_id,
            settings,
            now,
            ..
        } = admission;
        let Some(claims) =
            SettingsClaims::new(*settings, tenant_id, product_id, signer.kid(), *now)
        else {
            return Self::unsigned(*settings);
        };
        Self {
            settings: ProductSettings {
                free_tier: Some(claims.free_tier_enabled),
                ..*settings
            },
            signed: Some(SignedSettings {
                signature: signer.settings(&claims),
                claims,
            }),
        }
    }
}
