//! The operator behind a session.

use keywright_domain::{
    ids::{OperatorId, TenantId},
    plan::Plan,
    role::Role,
};
use serde::{Deserialize, Serialize};

/// An operator who is signed in, as read with every request. Pages carry it, so it holds no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The operator.
    pub operator_id: OperatorId,
    /// The address the operator signs in with.
    pub email: String,
    /// The operator's role at the time of the request.
    pub role: Role,
    /// The operator's tenant.
    pub tenant_id: TenantId,
    /// The tenant's display name.
    pub tenant_name: String,
    /// The tenant's plan.
    pub plan: Plan,
    /// Whether the tenant is still led to its first licensed device.
    pub is_guided: bool,
}
