//! What the audit log can hold: closed sets with stable names.

use serde::{Deserialize, Serialize};

use crate::named_enum;

/// How long an entry lives: 365 days, to the millisecond.
pub const RETENTION_DAYS: u32 = 365;

named_enum! {
    /// What was done. The names are stored and shown, and never change.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Action {
        /// Licenses were taken away as a file.
        CsvExport = "csv_export",
        /// One device's slot was freed by an operator.
        DeactivateInstance = "deactivate_instance",
        /// A key type was changed.
        KeyTypeChange = "key_type_change",
        /// A key type was added to a product.
        KeyTypeCreate = "key_type_create",
        /// A key type that no license is of was deleted.
        KeyTypeDelete = "key_type_delete",
        /// A license was made by hand.
        ManualMint = "manual_mint",
        /// An account was made.
        OperatorCreate = "operator_create",
        /// An account's password was changed, and its sessions ended.
        OperatorPasswordChange = "operator_password_change",
        /// The tenant's plan was changed.
        PlanChange = "plan_change",
        /// A product was changed.
        ProductChange = "product_change",
        /// A product was added.
        ProductCreate = "product_create",
        /// A license was ended and a fresh key issued in its place.
        Remint = "remint",
        /// A license was ended for good.
        Revoke = "revoke",
        /// Earlier SDK keys were ended at once.
        SdkKeyEnd = "sdk_key_end",
        /// A replaced SDK key is to end sooner or later than before.
        SdkKeyEndMove = "sdk_key_end_move",
        /// An SDK key that apps have already was taken over.
        SdkKeyImport = "sdk_key_import",
        /// A new SDK key took the place of the old one.
        SdkKeyRotate = "sdk_key_rotate",
        /// The first SDK key was made.
        SdkKeySet = "sdk_key_set",
        /// Somebody signed in.
        SignIn = "sign_in",
        /// Somebody gave a wrong password for a known account.
        SignInRefused = "sign_in_refused",
        /// A signing key was made.
        SigningKeyCreate = "signing_key_create",
        /// A signing key whose last lease has ended was taken off the list.
        SigningKeyDrop = "signing_key_drop",
        /// A signing key signs from then on.
        SigningKeyPromote = "signing_key_promote",
        /// A tenant was made.
        TenantCreate = "tenant_create",
        /// A tenant's device calls are answered again.
        TenantResume = "tenant_resume",
        /// A tenant's device calls are refused from then on.
        TenantSuspend = "tenant_suspend",
        ..
        /// Something that only a newer version knows. Never recorded: it is what an older one reads.
        Unknown = "unknown",
    }
}

named_enum! {
    /// What kind of actor did it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ActorKind {
        /// The command line, on the server's own machine.
        CommandLine = "command_line",
        /// A person who signed in.
        Operator = "operator",
        /// The server by itself.
        System = "system",
        ..
        /// Somebody whom only a newer version knows. Never recorded.
        Unknown = "unknown",
    }
}

/// Who did it, as they were called at the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// What kind.
    pub kind: ActorKind,
    /// Their id, where they have one.
    pub id: Option<String>,
    /// Their name: an operator's e-mail.
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_snake_case_sorted_and_found_again() {
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
