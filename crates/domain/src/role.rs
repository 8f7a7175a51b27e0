//! Roles: what an operator may do.

use serde::{Deserialize, Serialize};

use crate::named_enum;

named_enum! {
    /// An operator's role in the tenant; each may all that the one before may.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Role {
        /// Sees everything but settings.
        Viewer = "viewer",
        /// Acts on licenses and serves customers.
        Support = "support",
        /// Sets up products and keys.
        Admin = "admin",
        /// Everything.
        Owner = "owner",
    }
}

/// Something that not everyone may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// See licenses, activations, products and the audit log.
    View,
    /// Deactivate instances, revoke, remint, mint and change one license.
    ActOnLicenses,
    /// Take the licenses away as a file.
    ExportCsv,
    /// Products and key types.
    ManageProducts,
    /// SDK keys and signing keys.
    ManageKeys,
    /// Operators, up to the caller's own reach: see [`Role::may_manage`].
    ManageOperators,
    /// The tenant's plan.
    ManagePlan,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 7] = [
        Self::View,
        Self::ActOnLicenses,
        Self::ExportCsv,
        Self::ManageProducts,
        Self::ManageKeys,
        Self::ManageOperators,
        Self::ManagePlan,
    ];

    /// The least role that has it: the one table.
    pub const fn least_role(self) -> Role {
        match self {
            Self::View => Role::Viewer,
            Self::ActOnLicenses | Self::ExportCsv => Role::Support,
            Self::ManageProducts | Self::ManageKeys | Self::ManageOperators => Role::Admin,
            Self::ManagePlan => Role::Owner,
        }
    }
}

impl Role {
    /// Whether the role has the permission.
    pub fn allows(self, permission: Permission) -> bool {
        self >= permission.least_role()
    }

    /// Whether the role may add, change or remove an operator who has, or is to get, the `other` role.
    pub fn may_manage(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Admin => other <= Self::Support,
            Self::Support | Self::Viewer => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_what_the_table_says() {
        use Permission::{
            ActOnLicenses, ExportCsv, ManageKeys, ManageOperators, ManagePlan, ManageProducts, View,
        };
        let table: [(Role, &[Permission]); 4] = [
            (Role::Viewer, &[View]),
            (Role::Support, &[View, ActOnLicenses, ExportCsv]),
            (
                Role::Admin,
                &[
                    View,
                    ActOnLicenses,
                    ExportCsv,
                    ManageProducts,
                    ManageKeys,
                    ManageOperators,
                ],
            ),
            (Role::Owner, &Permission::ALL),
        ];
        for (role, may) in table {
            for permission in Permission::ALL {
                assert_eq!(
                    role.allows(permission),
                    may.contains(&permission),
                    "{role:?} {permission:?}"
                );
            }
        }
        assert_eq!(ManagePlan.least_role(), Role::Owner);
    }

    #[test]
    fn admins_manage_operators_up_to_support_and_owners_everyone() {
        for other in Role::ALL {
            assert!(Role::Owner.may_manage(other));
            assert_eq!(
                Role::Admin.may_manage(other),
                matches!(other, Role::Viewer | Role::Support)
            );
            assert!(!Role::Support.may_manage(other));
            assert!(!Role::Viewer.may_manage(other));
        }
    }
}
