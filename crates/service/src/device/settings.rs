//! Product settings, as apps get them.

use keywright_domain::settings::{ProductSettings, SettingsClaims};

use super::Admission;
use crate::{Error, signing_keys::signer::TenantSigner};

/// What an app is told: everything that was set, signed where that includes a trial's length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentSettings {
    /// What was set; with a signature, what was never set is filled in.
    pub settings: ProductSettings,
    /// The signature over it.
    pub signed: Option<SignedSettings>,
}

/// A signature over a product's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedSettings {
    /// What is signed.
    pub claims: SettingsClaims,
    /// Standard base64 of the 64 bytes.
    pub signature: String,
}

impl SentSettings {
    /// What the app of that product is told. Signed only where there is something to sign: most products set no trial.
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

    /// The product's settings, with a signature of that key where they include a trial's length.
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
