//! The account of a signed-in operator.

use keywright_domain::{
    ids::{OperatorId, TenantId},
    plan::Plan,
    role::Role,
};
use serde::{Deserialize, Serialize};

/// A signed-in operator. Sent to the browser, so it must not contain secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub operator_id: OperatorId,
    /// Email address used to sign in.
    pub email: String,
    /// Role at the time of the request.
    pub role: Role,
    pub tenant_id: TenantId,
    /// Display name of the tenant.
    pub tenant_name: String,
    pub plan: Plan,
    /// Whether the getting-started guide is shown to the tenant's operators.
    pub is_guided: bool,
}
