//! Operator roles and their permissions.

use serde::{Deserialize, Serialize};

use crate::named_enum;

named_enum! {
    /// An operator's role in the tenant. Each role includes the permissions of the previous role.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Role {
        /// Sees everything except settings.
        Viewer = "viewer",
        /// Manages licenses and supports customers.
        Support = "support",
        /// Manages products and keys.
        Admin = "admin",
        /// Has every permission.
        Owner = "owner",
    }
}

/// A permission, granted to a minimum role and all higher roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permission {
    /// View licenses, activations, products and the audit log.
    View,
    /// Mint, revoke and remint licenses, and deactivate devices.
    ActOnLicenses,
    /// Export licenses as CSV.
    ExportCsv,
    /// Manage products and key types.
    ManageProducts,
    /// Manage SDK keys and signing keys.
    ManageKeys,
    /// Manage operators, within the limits of [`Role::can_manage`].
    ManageOperators,
    /// Change the tenant's plan.
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

    /// Returns the lowest role with this permission. The single definition of permissions.
    pub const fn minimum_role(self) -> Role {
        match self {
            Self::View => Role::Viewer,
            Self::ActOnLicenses | Self::ExportCsv => Role::Support,
            Self::ManageProducts | Self::ManageKeys | Self::ManageOperators => Role::Admin,
            Self::ManagePlan => Role::Owner,
        }
    }
}

impl Role {
    /// Returns whether the role has the permission.
    pub fn allows(self, permission: Permission) -> bool {
        self >= permission.minimum_role()
    }

    /// Returns whether this role may manage operators with the role `other`, and assign that role.
    pub fn can_manage(self, other: Self) -> bool {
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
    fn roles_have_the_documented_permissions() {
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
        assert_eq!(ManagePlan.minimum_role(), Role::Owner);
    }

    #[test]
    fn admins_manage_up_to_support_and_owners_manage_everyone() {
        for other in Role::ALL {
            assert!(Role::Owner.can_manage(other));
            assert_eq!(
                Role::Admin.can_manage(other),
                matches!(other, Role::Viewer | Role::Support)
            );
            assert!(!Role::Support.can_manage(other));
            assert!(!Role::Viewer.can_manage(other));
        }
    }
}
