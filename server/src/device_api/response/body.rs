//! Parts of several responses.

use keywright_domain::{ids::Kid, lease::Lease, settings::TrialDays, time::Timestamp};
use keywright_service::device::settings::SentSettings;
use serde::Serialize;

/// A lease with the end of its license: the core of two answers. `license_expires_at` is null for lifetime.
#[derive(Serialize)]
pub(crate) struct LeaseFields {
    license_expires_at: Option<i64>,
    lease: Lease,
}

impl LeaseFields {
    pub(crate) fn new(lease: Lease, license_expires_at: Option<Timestamp>) -> Self {
        Self {
            license_expires_at: license_expires_at.map(Timestamp::seconds),
            lease,
        }
    }
}

/// Product settings, as they ride on three answers. What was never set is absent.
#[derive(Serialize)]
pub(crate) struct SettingsFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    trial_duration_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_tier_enabled: Option<bool>,
    #[serde(flatten)]
    signed: Option<SignatureFields>,
}

/// All four or none.
#[derive(Serialize)]
struct SignatureFields {
    issued_at: i64,
    expires_at: i64,
    kid: Kid,
    signature: String,
}

impl From<SentSettings> for SettingsFields {
    fn from(sent: SentSettings) -> Self {
        Self {
            trial_duration_days: sent.settings.trial_days.map(TrialDays::get),
            free_tier_enabled: sent.settings.free_tier,
            signed: sent.signed.map(|signed| SignatureFields {
                issued_at: signed.claims.issued_at,
                expires_at: signed.claims.expires_at,
                kid: signed.claims.kid,
                signature: signed.signature,
            }),
        }
    }
}
