//! Actions and actors of the audit log: closed sets with stable names.

use serde::{Deserialize, Serialize};

use crate::named_enum;

/// Number of days for which audit entries are kept.
pub const RETENTION_DAYS: u32 = 365;

named_enum! {
    /// An audited action. Names are stored and displayed, so they never change.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Action {
        /// An operator exported licenses as CSV.
        CsvExport = "csv_export",
        /// An operator deactivated one device and freed its slot.
        DeactivateInstance = "deactivate_instance",
        /// A key type was updated.
        KeyTypeChange = "key_type_change",
        /// A key type was created.
        KeyTypeCreate = "key_type_create",
        /// A key type without licenses was deleted.
        KeyTypeDelete = "key_type_delete",
        /// An operator minted a license.
        ManualMint = "manual_mint",
        /// An operator account was created.
        OperatorCreate = "operator_create",
        /// An operator's password was changed, which ended all their sessions.
        OperatorPasswordChange = "operator_password_change",
        /// The tenant's plan was changed.
        PlanChange = "plan_change",
        /// A product was updated.
        ProductChange = "product_change",
        /// A product was created.
        ProductCreate = "product_create",
        /// A license was replaced by a new one with a fresh key.
        Remint = "remint",
        /// A license was permanently revoked.
        Revoke = "revoke",
        /// Replaced SDK keys were revoked.
        SdkKeyEnd = "sdk_key_end",
        /// The expiry of a replaced SDK key was changed.
        SdkKeyEndMove = "sdk_key_end_move",
        /// An existing SDK key was imported.
        SdkKeyImport = "sdk_key_import",
        /// The SDK key was replaced by a new key.
        SdkKeyRotate = "sdk_key_rotate",
        /// The tenant's first SDK key was created.
        SdkKeySet = "sdk_key_set",
        /// An operator signed in.
        SignIn = "sign_in",
        /// A sign-in to a known account failed because of a wrong password.
        SignInRefused = "sign_in_refused",
        /// A signing key was created.
        SigningKeyCreate = "signing_key_create",
        /// A retired signing key was removed after its last lease had expired.
        SigningKeyDrop = "signing_key_drop",
        /// A signing key became the primary key.
        SigningKeyPromote = "signing_key_promote",
        /// A tenant was created.
        TenantCreate = "tenant_create",
        /// A tenant's device API access was resumed.
        TenantResume = "tenant_resume",
        /// A tenant's device API access was suspended.
        TenantSuspend = "tenant_suspend",
        ..
        /// An action recorded by a newer version. Never written by this version.
        Unknown = "unknown",
    }
}

named_enum! {
    /// The kind of actor that performed an action.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ActorKind {
        /// The command line on the server's machine.
        CommandLine = "command_line",
        /// An operator who is signed in.
        Operator = "operator",
        /// The server, acting automatically.
        System = "system",
        ..
        /// A kind recorded by a newer version. Never written by this version.
        Unknown = "unknown",
    }
}

/// Actor of an audit entry, with their name at the time of the action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Kind of actor.
    pub kind: ActorKind,
    /// ID of the actor, if any.
    pub id: Option<String>,
    /// The actor's name; for an operator, their email address.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn action_and_actor_names_round_trip() {
        let names = Action::ALL.map(Action::as_str);
        assert!(names.is_sorted());
        for action in Action::ALL {
            assert_eq!(Action::from_name(action.as_str()), Some(action));
            assert_eq!(serde_json::to_value(action).unwrap(), action.as_str());
        }
        for kind in ActorKind::ALL {
            assert_eq!(ActorKind::from_name(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
