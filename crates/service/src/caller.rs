//! The authenticated caller of a use case, and the actor recorded in the audit log.

use keywright_api_types::account::Account;
use keywright_domain::{
    audit::{Actor, ActorKind},
    ids::{OperatorId, TenantId},
    role::{Permission, Role},
};
use keywright_store::Operator;

use crate::Error;

/// A caller with a role in one tenant.
#[derive(Debug, Clone)]
pub struct Caller {
    tenant_id: TenantId,
    actor: Actor,
    role: Role,
}

impl Caller {
    pub fn for_operator(account: &Account) -> Self {
        Self::from_operator(
            &account.tenant_id,
            account.operator_id,
            &account.email,
            account.role,
        )
    }

    /// Creates the caller for an operator whose sign-in is in progress.
    pub(crate) fn for_sign_in(operator: &Operator) -> Self {
        Self::from_operator(
            &operator.tenant_id,
            operator.id,
            &operator.email,
            operator.role,
        )
    }

    fn from_operator(tenant_id: &TenantId, id: OperatorId, email: &str, role: Role) -> Self {
        Self {
            tenant_id: tenant_id.clone(),
            actor: Actor {
                kind: ActorKind::Operator,
                id: Some(id.to_string()),
                name: email.to_owned(),
            },
            role,
        }
    }

    /// Creates the command-line caller. It has every permission, because access to the command line
    /// implies access to the database.
    pub fn for_command_line(tenant_id: TenantId) -> Self {
        let name = "command line".to_owned();
        Self {
            tenant_id,
            actor: Actor {
                kind: ActorKind::CommandLine,
                id: None,
                name,
            },
            role: Role::Owner,
        }
    }

    /// Creates the caller for background jobs that act on behalf of a tenant.
    pub(crate) fn for_system(tenant_id: TenantId) -> Self {
        Self {
            tenant_id,
            actor: Actor {
                kind: ActorKind::System,
                id: None,
                name: "system".to_owned(),
            },
            role: Role::Owner,
        }
    }

    pub fn tenant_id(&self) -> &TenantId {
        &self.tenant_id
    }

    /// Returns the actor to record in the audit log.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Returns [`Error::Forbidden`] unless the caller's role has the permission.
    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        if self.role.allows(permission) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }

    /// Returns [`Error::Forbidden`] unless the caller may manage operators with that role.
    pub fn require_can_manage(&self, role: Role) -> Result<(), Error> {
        if self.role.can_manage(role) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }
}
