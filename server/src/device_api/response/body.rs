//! Response bodies shared by several endpoints or used in the API description.

use keywright_domain::{
    activation::ActivationError, ids::Kid, lease::Lease, product_settings::TrialDays,
    time::Timestamp,
};
use keywright_service::device::settings::SettingsResponse;
use schemars::JsonSchema;
use serde::Serialize;

/// An error message.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Refused", deny_unknown_fields)]
pub(crate) struct ErrorBody<'a> {
    #[schemars(length(min = 1))]
    pub(crate) error: &'a str,
}

// One client recognizes this error only by its `activated` field.
/// An error of activate with status 422.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ActivateErrorBody {
    #[schemars(length(min = 1))]
    error: String,
    #[schemars(extend("const" = false))]
    activated: bool,
}

impl ActivateErrorBody {
    pub(crate) fn new(error: String) -> Self {
        Self {
            error,
            activated: false,
        }
    }
}

/// An error of validate with status 422. If the license has expired, it includes a lease with the
/// status `expired` or `fallback`.
#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ValidateErrorBody {
    #[schemars(extend("const" = false))]
    valid: bool,
    #[schemars(length(min = 1))]
    error: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "i64")]
    license_expires_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LeaseSchema")]
    lease: Option<Lease>,
}

impl ValidateErrorBody {
    pub(crate) fn new(error: String) -> Self {
        Self {
            valid: false,
            error,
            license_expires_at: None,
            lease: None,
        }
    }

    pub(crate) fn expired(lease: Lease, license_expires_at: Option<Timestamp>) -> Self {
        Self {
            license_expires_at: license_expires_at.map(Timestamp::seconds),
            lease: Some(lease),
            ..Self::new(ActivationError::Expired.to_string())
        }
    }
}

// Shared by two responses. Not a doc comment, because it would appear in their descriptions.
#[derive(Serialize, JsonSchema)]
pub(crate) struct LeaseFields {
    /// Unix seconds, or null for a license that never expires.
    license_expires_at: Option<i64>,
    #[schemars(with = "LeaseSchema")]
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

// Schema of `keywright_domain::lease::Lease`. The domain crate does not depend on schemars.
/// A signed lease.
#[derive(JsonSchema)]
#[schemars(rename = "Lease", rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct LeaseSchema {
    #[schemars(length(min = 1))]
    kid: String,
    #[schemars(regex(pattern = "^[0-9a-f]{64}$"))]
    license_key_hash: String,
    #[schemars(extend("format" = "uuid"))]
    instance_id: String,
    issued_at: i64,
    expires_at: i64,
    #[schemars(extend("enum" = ["active", "expired", "fallback"]))]
    status: String,
    #[schemars(inner(regex(pattern = "^[a-z0-9_.:-]{1,64}$")))]
    entitlements: Vec<String>,
    #[schemars(length(min = 88), extend("contentEncoding" = "base64"))]
    signature: String,
}

/// Product settings. Unset settings are omitted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Settings", deny_unknown_fields, extend("required" = []))]
pub(crate) struct SettingsFields {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "u32", range(max = 36_500))]
    trial_duration_days: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "bool")]
    free_tier_enabled: Option<bool>,
    #[serde(flatten)]
    signed: Option<SignatureFields>,
}

/// All four fields or none.
#[derive(Serialize, JsonSchema)]
struct SignatureFields {
    issued_at: i64,
    expires_at: i64,
    #[schemars(with = "String", length(min = 1))]
    kid: Kid,
    #[schemars(length(min = 88), extend("contentEncoding" = "base64"))]
    signature: String,
}

impl From<SettingsResponse> for SettingsFields {
    fn from(sent: SettingsResponse) -> Self {
        Self {
            trial_duration_days: sent.settings.trial_days.map(TrialDays::get),
            free_tier_enabled: sent.settings.free_tier,
            signed: sent.signature.map(|signed| SignatureFields {
                issued_at: signed.claims.issued_at,
                expires_at: signed.claims.expires_at,
                kid: signed.claims.kid,
                signature: signed.signature,
            }),
        }
    }
}
