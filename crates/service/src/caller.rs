//! Who asks for something, and in whose name it is recorded.

use keywright_api_types::account::Account;
use keywright_domain::{
    audit::{Actor, ActorKind},
    ids::{OperatorId, TenantId},
    role::{Permission, Role},
};
use keywright_store::Operator;

use crate::Error;

/// Somebody who may ask for things in one tenant.
#[derive(Debug, Clone)]
pub struct Caller {
    tenant: TenantId,
    actor: Actor,
    role: Role,
}

impl Caller {
    /// An operator who is signed in.
    pub fn operator(account: &Account) -> Self {
        Self::of_operator(
            &account.tenant_id,
            account.operator_id,
            &account.email,
            account.role,
        )
    }

    /// An operator who is signing in.
    pub(crate) fn signing_in(operator: &Operator) -> Self {
        Self::of_operator(
            &operator.tenant,
            operator.id,
            &operator.email,
            operator.role,
        )
    }

    fn of_operator(tenant: &TenantId, id: OperatorId, email: &str, role: Role) -> Self {
        Self {
            tenant: tenant.clone(),
            actor: Actor {
                kind: ActorKind::Operator,
                id: Some(id.to_string()),
                name: email.to_owned(),
            },
            role,
        }
    }

    /// The command line, which may everything: who runs it owns the database.
    pub fn command_line(tenant: TenantId) -> Self {
        let name = "command line".to_owned();
        Self {
            tenant,
            actor: Actor {
                kind: ActorKind::CommandLine,
                id: None,
                name,
            },
            role: Role::Owner,
        }
    }

    /// The server by itself, in that tenant's name.
    pub(crate) fn system(tenant: TenantId) -> Self {
        Self {
            tenant,
            actor: Actor {
                kind: ActorKind::System,
                id: None,
                name: "system".to_owned(),
            },
            role: Role::Owner,
        }
    }

    /// The one tenant the caller acts in.
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// As whom it is recorded.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Refuses a caller whose role lacks the permission.
    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        if self.role.allows(permission) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }

    /// Refuses a caller who may not make, change or remove an operator of that role.
    pub fn require_reach(&self, role: Role) -> Result<(), Error> {
        if self.role.may_manage(role) {
            Ok(())
        } else {
            Err(Error::Forbidden)
        }
    }
}
