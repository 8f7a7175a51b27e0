//! What every use case works with.

use keywright_domain::{
    audit::Action,
    ids::{AuditEntryId, LicenseId},
    time::Timestamp,
};
use keywright_store::{NewAuditEntry, Store};
use serde_json::Value;

use crate::{Caller, clock::Clock, master_key::MasterKey, password::PasswordHasher, rng::Rng};

pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) rng: Box<dyn Rng>,
    pub(crate) master_key: MasterKey,
    pub(crate) passwords: PasswordHasher,
}

impl Context {
    /// An audit entry in the caller's name, to be recorded with what it tells of.
    pub(crate) fn audit(
        &self,
        caller: &Caller,
        now: Timestamp,
        action: Action,
        license: Option<LicenseId>,
        details: Value,
    ) -> NewAuditEntry {
        NewAuditEntry {
            id: AuditEntryId::new(self.rng.sortable_uuid(now)),
            tenant: caller.tenant().clone(),
            at: now,
            actor: caller.actor().clone(),
            action,
            license,
            successor: None,
            details,
        }
    }
}
