//! Demo licenses with their history.

use keywright_domain::{
    activation::Activation,
    audit::{Action, Actor, ActorKind},
    ids::{AuditEntryId, LicenseId},
    license::License,
    time::Timestamp,
};
use keywright_store::{NewAuditEntry, Operator};
use serde_json::Value;

use crate::context::Context;

/// A license with its devices and audit events.
pub(super) struct DemoLicense {
    pub(super) license: License,
    pub(super) activations: Vec<Activation>,
    pub(super) events: Vec<Event>,
}

/// An operator action on a license, for the audit log.
pub(super) struct Event {
    pub(super) at: Timestamp,
    pub(super) action: Action,
    pub(super) operator_email: &'static str,
    pub(super) successor: Option<LicenseId>,
    pub(super) details: Value,
}

impl Event {
    /// Creates the audit entry, attributed to the operator.
    pub(super) fn to_audit_entry(
        &self,
        context: &Context,
        license: &License,
        operators: &[Operator],
    ) -> NewAuditEntry {
        let by = operators
            .iter()
            .find(|operator| operator.email == self.operator_email);
        NewAuditEntry {
            id: AuditEntryId::new(context.rng.uuid_v7(self.at)),
            tenant_id: license.tenant_id.clone(),
            created_at: self.at,
            actor: Actor {
                kind: ActorKind::Operator,
                id: by.map(|operator| operator.id.to_string()),
                name: self.operator_email.to_owned(),
            },
            action: self.action,
            license_id: Some(license.id),
            successor_id: self.successor,
            details: self.details.clone(),
        }
    }
}
