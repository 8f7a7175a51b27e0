//! The audit log: `record` and `list`, nothing else.

use keywright_domain::{
    audit::{Action, Actor, ActorKind, RETENTION_DAYS},
    ids::{AuditEntryId, LicenseId, TenantId},
    time::Timestamp,
};
use serde_json::Value;
use sqlx::any::AnyRow;

use crate::{Store, StoreError, Tx, row::Fields};

/// An entry to record.
#[derive(Debug, Clone)]
pub struct NewAuditEntry {
    /// Its id; version 7, so that entries of one millisecond keep an order.
    pub id: AuditEntryId,
    /// In whose log.
    pub tenant: TenantId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// To which license, where it was one.
    pub license: Option<LicenseId>,
    /// Of a remint: the license that took its place.
    pub successor: Option<LicenseId>,
    /// What else there is to say: an object without secrets.
    pub details: Value,
}

/// An entry as recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its id.
    pub id: AuditEntryId,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it, as they were called then.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// To which license, where it was one.
    pub license: Option<LicenseId>,
    /// Of a remint: the license that took its place.
    pub successor: Option<LicenseId>,
    /// What else there is to say.
    pub details: Value,
}

macro_rules! entry_columns {
    () => {
        "id, created_at, actor_kind, actor_id, actor_name, action, license_id, successor_id, details"
    };
}

impl Store {
    /// The tenant's newest entries, the newest first. One that has outlived its 365 days is not among them, purged or
    /// not.
    pub async fn audit_entries(
        &self,
        tenant: &TenantId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            entry_columns!(),
            " FROM audit_entries
             WHERE tenant_id = $1 AND created_at > $2 ORDER BY created_at DESC, id DESC LIMIT $3"
        ))
        .bind(tenant.as_str())
        .bind(now.minus_days(RETENTION_DAYS).millis())
        .bind(i64::from(limit))
        .fetch_all(&mut *self.read().await?)
        .await?;
        rows.iter().map(entry).collect()
    }

    /// The newest entries about a license, the newest first: those that have it as their target, and the remint that it
    /// came from. One that has outlived its 365 days is not among them.
    pub async fn audit_entries_of_license(
        &self,
        tenant: &TenantId,
        license: LicenseId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query(concat!(
            "SELECT ",
            entry_columns!(),
            " FROM audit_entries WHERE tenant_id = $1 AND (license_id = $2 OR successor_id = $2) AND created_at > $3
             ORDER BY created_at DESC, id DESC LIMIT $4"
        ))
        .bind(tenant.as_str())
        .bind(license.to_string())
        .bind(now.minus_days(RETENTION_DAYS).millis())
        .bind(i64::from(limit))
        .fetch_all(&mut *self.read().await?)
        .await?;
        rows.iter().map(entry).collect()
    }
}

impl Tx<'_> {
    /// Records an entry, in the same unit of work as what it tells of.
    pub async fn record(&mut self, entry: &NewAuditEntry) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit_entries (tenant_id, id, created_at, actor_kind, actor_id, actor_name, action,
             license_id, successor_id, details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(entry.tenant.as_str())
        .bind(entry.id.to_string())
        .bind(entry.at.millis())
        .bind(entry.actor.kind.as_str())
        .bind(entry.actor.id.as_deref())
        .bind(&entry.actor.name)
        .bind(entry.action.as_str())
        .bind(entry.license.map(|id| id.to_string()))
        .bind(entry.successor.map(|id| id.to_string()))
        .bind(entry.details.to_string())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}

fn entry(row: &AnyRow) -> Result<AuditEntry, StoreError> {
    let fields = Fields::new("audit_entries", row);
    Ok(AuditEntry {
        id: fields.parsed("id")?,
        at: fields.time("created_at")?,
        actor: Actor {
            kind: fields.named("actor_kind", ActorKind::from_name)?,
            id: fields.optional_text("actor_id")?,
            name: fields.text("actor_name")?,
        },
        action: fields.named("action", Action::from_name)?,
        license: fields.optional_parsed("license_id")?,
        successor: fields.optional_parsed("successor_id")?,
        details: fields.json("details")?,
    })
}
