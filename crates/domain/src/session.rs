//! Who is signed in.

use crate::{
    ids::{OperatorId, TenantId},
    plan::Plan,
    role::Role,
    time::Timestamp,
};

/// A session that has not ended, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who signed in.
    pub operator: OperatorId,
    /// As whom.
    pub email: String,
    /// What they may do now: read with every request, never cached.
    pub role: Role,
    /// Their tenant.
    pub tenant: TenantId,
    /// Its name on pages.
    pub tenant_name: String,
    /// What the tenant may.
    pub plan: Plan,
    /// Whether the tenant is still led to its first licensed device.
    pub is_guided: bool,
    /// When they were last seen.
    pub last_seen_at: Timestamp,
}
