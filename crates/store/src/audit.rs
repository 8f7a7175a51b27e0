//! Audit log: appends, reads and purges entries. Database triggers reject any other change
//! (migration 5).

use keywright_api_types::{
    audit_log::{AuditEntry, By, Day},
    page::{COUNT_LIMIT, Count, Position},
};
use keywright_domain::{
    audit::{Action, Actor, ActorKind, RETENTION_DAYS},
    ids::{AuditEntryId, LicenseId, TenantId},
    key::DisplayKey,
    license::NamedLicense,
    time::Timestamp,
};
use serde_json::Value;
use sqlx::any::AnyRow;

use crate::{
    Store, StoreError, Tx,
    query::{Fields, Sql},
};

#[derive(Debug, Clone)]
pub struct NewAuditEntry {
    /// UUIDv7, so that entries of the same millisecond keep their order.
    pub id: AuditEntryId,
    pub tenant: TenantId,
    pub at: Timestamp,
    pub actor: Actor,
    pub action: Action,
    pub license: Option<LicenseId>,
    /// The license that replaced it, in the case of a remint.
    pub successor: Option<LicenseId>,
    /// Additional data, as a JSON object without secrets.
    pub details: Value,
}

/// An audit entry with its details as recorded.
pub type RecordedEntry = AuditEntry<Value>;

/// Filter for audit entries. Entries must meet all conditions that are set.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    pub action: Option<Action>,
    pub by: Option<By>,
    /// First day, inclusive.
    pub from: Option<Day>,
    /// Last day, inclusive.
    pub to: Option<Day>,
    /// Entries about any of these licenses, including the remints that created them. At most a
    /// few thousand ids.
    pub about: Option<Vec<LicenseId>>,
}

impl EntryFilter {
    fn is_about_nothing(&self) -> bool {
        self.about.as_ref().is_some_and(Vec::is_empty)
    }
}

impl Store {
    /// Returns at most `most` matching entries, nearest to `position` first. Excludes entries
    /// that have reached 365 days, even if they have not been purged yet.
    pub async fn audit_entries(
        &self,
        tenant: &TenantId,
        filter: &EntryFilter,
        position: Position<AuditEntryId>,
        most: u32,
        now: Timestamp,
    ) -> Result<Vec<RecordedEntry>, StoreError> {
        if filter.is_about_nothing() {
            return Ok(Vec::new());
        }
        let mut sql = Sql::new(
            "SELECT a.id, a.created_at, a.actor_kind, a.actor_id, a.actor_name, a.action, a.details, a.license_id,
             a.successor_id, l.display_key, s.display_key AS successor_key FROM ",
        );
        push_source(&mut sql, tenant, filter);
        sql.push(
            " LEFT JOIN licenses l ON l.tenant_id = a.tenant_id AND l.id = a.license_id
             LEFT JOIN licenses s ON s.tenant_id = a.tenant_id AND s.id = a.successor_id",
        );
        push_conditions(&mut sql, tenant, filter, position, now);
        let order = match position {
            Position::Start | Position::After(_) => " ORDER BY a.created_at DESC, a.id DESC",
            Position::Before(_) => " ORDER BY a.created_at, a.id",
        };
        sql.push(order).push(" LIMIT ").bind(i64::from(most));
        let rows = sql.fetch_all(&mut *self.read().await?).await?;
        rows.iter().map(entry).collect()
    }

    /// Counts the matching entries, up to [`COUNT_LIMIT`].
    pub async fn count_audit_entries(
        &self,
        tenant: &TenantId,
        filter: &EntryFilter,
        now: Timestamp,
    ) -> Result<Count, StoreError> {
        if filter.is_about_nothing() {
            return Ok(Count::Exact(0));
        }
        let mut sql = Sql::new("SELECT COUNT(*) AS counted FROM (SELECT 1 FROM ");
        push_source(&mut sql, tenant, filter);
        push_conditions(&mut sql, tenant, filter, Position::Start, now);
        sql.push(" LIMIT ")
            .bind(i64::from(COUNT_LIMIT) + 1)
            .push(") AS entries");
        Ok(Count::from_capped(self.fetch_count(sql).await?))
    }
}

/// Appends the source of entries `a`: the whole log, or the entries about some licenses. The
/// latter is a `UNION` of two index lookups, because with an `OR` SQLite would scan the tenant's
/// whole log. SQLite keeps the order of a `CROSS JOIN`.
fn push_source(sql: &mut Sql, tenant: &TenantId, filter: &EntryFilter) {
    let Some(about) = &filter.about else {
        sql.push("audit_entries a");
        return;
    };
    let ids = || about.iter().map(LicenseId::to_string);
    sql.push("(SELECT id FROM audit_entries WHERE tenant_id = ")
        .bind(tenant.as_str())
        .push(" AND license_id IN (")
        .bind_all(ids())
        .push(") UNION SELECT id FROM audit_entries WHERE tenant_id = ")
        .bind(tenant.as_str())
        .push(" AND successor_id IN (")
        .bind_all(ids())
        .push(")) found CROSS JOIN audit_entries a");
}

fn push_conditions(
    sql: &mut Sql,
    tenant: &TenantId,
    filter: &EntryFilter,
    position: Position<AuditEntryId>,
    now: Timestamp,
) {
    sql.push(" WHERE a.tenant_id = ").bind(tenant.as_str());
    if filter.about.is_some() {
        sql.push(" AND a.id = found.id");
    }
    push_times(sql, filter, position, now);
    if let Some(action) = filter.action {
        sql.push(" AND a.action = ").bind(action.as_str());
    }
    // The `IS NULL` conditions let an index by actor return the rows in order of time.
    match filter.by {
        None => {}
        Some(By::CommandLine) => {
            sql.push(" AND a.actor_kind = 'command_line' AND a.actor_id IS NULL");
        }
        Some(By::System) => {
            sql.push(" AND a.actor_kind = 'system' AND a.actor_id IS NULL");
        }
        Some(By::Operator(id)) => {
            sql.push(" AND a.actor_kind = 'operator' AND a.actor_id = ")
                .bind(id.to_string());
        }
    }
}

/// Appends the time range and the start of the page. Redundant bounds are left out: of two lower
/// bounds, SQLite would choose the wrong one for its index.
fn push_times(
    sql: &mut Sql,
    filter: &EntryFilter,
    position: Position<AuditEntryId>,
    now: Timestamp,
) {
    let outlived = now.minus_days(RETENTION_DAYS).plus_millis(1);
    let from = filter
        .from
        .map_or(outlived, |day| day.begin().max(outlived));
    let mark = match position {
        Position::Start => None,
        Position::After(mark) => Some((" < (", mark)),
        Position::Before(mark) => Some((" > (", mark)),
    };
    if let Some((beyond, mark)) = mark {
        sql.push(" AND (a.created_at, a.id)")
            .push(beyond)
            .bind(mark.value)
            .push(", ")
            .bind(mark.id.to_string())
            .push(")");
    }
    if !matches!(position, Position::Before(mark) if mark.value >= from.millis()) {
        sql.push(" AND a.created_at >= ").bind(from.millis());
    }
    if let Some(to) = filter.to {
        sql.push(" AND a.created_at < ").bind(to.end().millis());
    }
}

impl Tx<'_> {
    /// Records an entry, in the same unit of work as the change that it describes.
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

    /// Deletes at most `most` entries, of any tenant, that were created no later than
    /// `outlived_until`. Returns the number of deleted entries. A database trigger rejects the
    /// deletion of entries newer than the latest such time.
    pub async fn purge_audit_entries(
        &mut self,
        outlived_until: Timestamp,
        most: u32,
    ) -> Result<u64, StoreError> {
        // Updates the row even if its value stays the same, because the update is also a lock:
        // two concurrent purges would select the same entries, and one would delete none and stop
        // too early.
        sqlx::query(
            "UPDATE audit_horizon SET outlived_until = CASE WHEN outlived_until < $1 THEN $1 ELSE outlived_until END",
        )
            .bind(outlived_until.millis())
            .execute(&mut *self.connection)
            .await?;
        let done = sqlx::query(
            "DELETE FROM audit_entries WHERE (tenant_id, id) IN
             (SELECT tenant_id, id FROM audit_entries WHERE created_at <= $1 ORDER BY created_at LIMIT $2)",
        )
        .bind(outlived_until.millis())
        .bind(i64::from(most))
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected())
    }
}

/// Returns a corrupt entry, or one from a newer version, with its readable fields: it must not
/// hide the other entries, and it can't be repaired in an append-only log.
fn entry(row: &AnyRow) -> Result<RecordedEntry, StoreError> {
    let fields = Fields::new("audit_entries", row);
    let (kind, action) = (fields.text("actor_kind")?, fields.text("action")?);
    let details = fields.json("details");
    let (kind, action) = (ActorKind::from_name(&kind), Action::from_name(&action));
    if kind.is_none() || action.is_none() || details.is_err() {
        let id = fields.text("id")?;
        tracing::warn!(id, "audit entry is corrupt or from a newer version");
    }
    Ok(AuditEntry {
        id: fields.parsed("id")?,
        at: fields.time("created_at")?,
        actor: Actor {
            kind: kind.unwrap_or(ActorKind::Unknown),
            id: fields.optional_text("actor_id")?,
            name: fields.text("actor_name")?,
        },
        action: action.unwrap_or(Action::Unknown),
        license: named_license(&fields, "license_id", "display_key")?,
        successor: named_license(&fields, "successor_id", "successor_key")?,
        details: details.unwrap_or_default(),
    })
}

/// Falls back to the id if the license does not exist, so that the entry stays readable.
fn named_license(
    fields: &Fields<'_>,
    id: &'static str,
    display_key: &'static str,
) -> Result<Option<NamedLicense>, StoreError> {
    let Some(id) = fields.optional_parsed::<LicenseId>(id)? else {
        return Ok(None);
    };
    let display_key = fields.optional_text(display_key)?;
    Ok(Some(NamedLicense {
        id,
        display_key: DisplayKey::from_stored(display_key.unwrap_or_else(|| id.to_string())),
    }))
}
