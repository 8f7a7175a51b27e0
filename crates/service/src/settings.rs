//! Product settings, as apps get them.

use std::sync::Arc;

use keywright_domain::settings::{ProductSettings, SettingsClaims};

use crate::{
    Error,
    activations::{Admitted, Refusal},
    context::Context,
    signer::TenantSigner,
};

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

/// Use cases around product settings.
#[derive(Clone)]
pub struct Settings(pub(crate) Arc<Context>);

impl Settings {
    /// What the app of that product is told.
    pub async fn for_app(&self, admitted: &Admitted) -> Result<SentSettings, Refusal> {
        Ok(self.0.sent_settings(admitted).await?)
    }
}

impl Context {
    /// Signs only where there is something to sign: most products set no trial.
    pub(crate) async fn sent_settings(&self, admitted: &Admitted) -> Result<SentSettings, Error> {
        if admitted.settings.trial_days.is_none() {
            return Ok(SentSettings::unsigned(admitted.settings));
        }
        let signer = self.signer(&admitted.tenant).await?;
        Ok(SentSettings::signed_by(&signer, admitted))
    }
}

impl SentSettings {
    fn unsigned(settings: ProductSettings) -> Self {
        Self {
            settings,
            signed: None,
        }
    }

    /// The product's settings, with a signature of that key where they include a trial's length.
    pub(crate) fn signed_by(signer: &TenantSigner, admitted: &Admitted) -> Self {
        let Admitted {
            tenant,
            product,
            settings,
            now,
        } = admitted;
        let Some(claims) = SettingsClaims::new(*settings, tenant, product, signer.kid(), *now)
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
