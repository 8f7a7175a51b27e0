//! What the audit log can hold: closed sets with stable names.

use serde::{Deserialize, Serialize};

/// How long an entry lives: 365 days, to the millisecond.
pub const RETENTION_DAYS: u32 = 365;

/// What was done. The names are stored and shown, and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Licenses were taken away as a file.
    CsvExport,
    /// One device's slot was freed by an operator.
    DeactivateInstance,
    /// A key type was changed.
    KeyTypeChange,
    /// A key type was added to a product.
    KeyTypeCreate,
    /// A key type that no license is of was deleted.
    KeyTypeDelete,
    /// A license was made by hand.
    ManualMint,
    /// An account was made.
    OperatorCreate,
    /// An account's password was changed, and its sessions ended.
    OperatorPasswordChange,
    /// The tenant's plan was changed.
    PlanChange,
    /// A product was changed.
    ProductChange,
    /// A product was added.
    ProductCreate,
    /// A license was ended and a fresh key issued in its place.
    Remint,
    /// A license was ended for good.
    Revoke,
    /// Earlier SDK keys were ended at once.
    SdkKeyEnd,
    /// A replaced SDK key is to end sooner or later than before.
    SdkKeyEndMove,
    /// An SDK key that apps have already was taken over.
    SdkKeyImport,
    /// A new SDK key took the place of the old one.
    SdkKeyRotate,
    /// The first SDK key was made.
    SdkKeySet,
    /// Somebody signed in.
    SignIn,
    /// Somebody gave a wrong password for a known account.
    SignInRefused,
    /// A signing key was made.
    SigningKeyCreate,
    /// A signing key whose last lease has ended was taken off the list.
    SigningKeyDrop,
    /// A signing key signs from then on.
    SigningKeyPromote,
    /// A tenant was made.
    TenantCreate,
    /// A tenant's device calls are answered again.
    TenantResume,
    /// A tenant's device calls are refused from then on.
    TenantSuspend,
    /// Something that only a newer version knows. Never recorded: it is what an older one reads.
    Unknown,
}

impl Action {
    /// Every action that is recorded, in the order of the names.
    pub const ALL: [Self; 26] = [
        Self::CsvExport,
        Self::DeactivateInstance,
        Self::KeyTypeChange,
        Self::KeyTypeCreate,
        Self::KeyTypeDelete,
        Self::ManualMint,
        Self::OperatorCreate,
        Self::OperatorPasswordChange,
        Self::PlanChange,
        Self::ProductChange,
        Self::ProductCreate,
        Self::Remint,
        Self::Revoke,
        Self::SdkKeyEnd,
        Self::SdkKeyEndMove,
        Self::SdkKeyImport,
        Self::SdkKeyRotate,
        Self::SdkKeySet,
        Self::SignIn,
        Self::SignInRefused,
        Self::SigningKeyCreate,
        Self::SigningKeyDrop,
        Self::SigningKeyPromote,
        Self::TenantCreate,
        Self::TenantResume,
        Self::TenantSuspend,
    ];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CsvExport => "csv_export",
            Self::DeactivateInstance => "deactivate_instance",
            Self::KeyTypeChange => "key_type_change",
            Self::KeyTypeCreate => "key_type_create",
            Self::KeyTypeDelete => "key_type_delete",
            Self::ManualMint => "manual_mint",
            Self::OperatorCreate => "operator_create",
            Self::OperatorPasswordChange => "operator_password_change",
            Self::PlanChange => "plan_change",
            Self::ProductChange => "product_change",
            Self::ProductCreate => "product_create",
            Self::Remint => "remint",
            Self::Revoke => "revoke",
            Self::SdkKeyEnd => "sdk_key_end",
            Self::SdkKeyEndMove => "sdk_key_end_move",
            Self::SdkKeyImport => "sdk_key_import",
            Self::SdkKeyRotate => "sdk_key_rotate",
            Self::SdkKeySet => "sdk_key_set",
            Self::SignIn => "sign_in",
            Self::SignInRefused => "sign_in_refused",
            Self::SigningKeyCreate => "signing_key_create",
            Self::SigningKeyDrop => "signing_key_drop",
            Self::SigningKeyPromote => "signing_key_promote",
            Self::TenantCreate => "tenant_create",
            Self::TenantResume => "tenant_resume",
            Self::TenantSuspend => "tenant_suspend",
            Self::Unknown => "unknown",
        }
    }

    /// The action of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }
}

/// What kind of actor did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorKind {
    /// The command line, on the server's own machine.
    CommandLine,
    /// A person who signed in.
    Operator,
    /// The server by itself.
    System,
    /// Somebody whom only a newer version knows. Never recorded.
    Unknown,
}

impl ActorKind {
    /// Every kind that is recorded.
    pub const ALL: [Self; 3] = [Self::CommandLine, Self::Operator, Self::System];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CommandLine => "command_line",
            Self::Operator => "operator",
            Self::System => "system",
            Self::Unknown => "unknown",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
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
