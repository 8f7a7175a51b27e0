//! Product settings as sent to apps.

use keywright_domain::product_settings::{ProductSettings, SettingsClaims};

use super::Admission;
use crate::{Error, signing_keys::signer::TenantSigner};

/// A product's settings and their signature, if they are signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsResponse {
    /// Configured settings. If signed, an unset `free_tier` becomes `false`.
    pub settings: ProductSettings,
    pub signature: Option<SettingsSignature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsSignature {
    pub claims: SettingsClaims,
    /// Standard base64 of the 64-byte signature.
    pub signature: String,
}

impl SettingsResponse {
    /// Returns the product's settings, signed if a trial length is set.
    pub fn for_admission(admission: &Admission) -> Result<Self, Error> {
        if admission.settings.trial_days.is_none() {
            return Ok(Self::unsigned(admission.settings));
        }
        Ok(Self::signed(admission.signer()?, admission))
    }

    fn unsigned(settings: ProductSettings) -> Self {
        Self {
            settings,
            signature: None,
        }
    }

    /// Signs the settings with the tenant's key if they include a trial length.
    fn signed(signer: &TenantSigner, admission: &Admission) -> Self {
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
            signature: Some(SettingsSignature {
                signature: signer.sign_settings(&claims),
                claims,
            }),
        }
    }
}
