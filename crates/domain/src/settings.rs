//! Product settings that the server owns, and the exact bytes that are signed.

use crate::ids::{Kid, ProductId, TenantId};

/// How long signed settings hold: a day, in seconds.
pub const SETTINGS_SECONDS: i64 = 86_400;

/// What is signed about a product. Times are whole Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsClaims {
    /// The signing key.
    pub kid: Kid,
    /// Whose product.
    pub tenant: TenantId,
    /// Which.
    pub product: ProductId,
    /// When it was signed.
    pub issued_at: i64,
    /// When it ends.
    pub expires_at: i64,
    /// Days of trial: 0 to 36,500.
    pub trial_duration_days: u32,
    /// Whether the app may go on without a key.
    pub free_tier_enabled: bool,
}

impl SettingsClaims {
    /// The UTF-8 bytes that Ed25519 signs: `cfg1` and the seven claims, separated by `|`.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let Self {
            kid,
            tenant,
            product,
            issued_at,
            expires_at,
            trial_duration_days,
            free_tier_enabled,
        } = self;
        format!("cfg1|{kid}|{tenant}|{product}|{issued_at}|{expires_at}|{trial_duration_days}|{free_tier_enabled}")
            .into_bytes()
    }
}
