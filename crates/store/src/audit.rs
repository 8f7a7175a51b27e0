//! Audit log: appends, reads and purges entries. Database triggers reject any other change
//! (migration 5).

use keywright_api_types::{
    audit_log::{ActorFilter, AuditEntry, Day},
    page::{Count, MAX_EXACT_COUNT, PageRequest},
};
use keywright_domain::{
    audit::{Action, Actor, ActorKind, RETENTION_DAYS},
    ids::{AuditEntryId, LicenseId, TenantId},
    license::LicenseRef,
    license_key::DisplayKey,
    time::Timestamp,
};
use serde_json::Value;
use sqlx::any::AnyRow;

use crate::{
    Store, StoreError, Tx,
    query::{QueryBuilder, RowReader},
};

#[derive(Debug, Clone)]
pub struct NewAuditEntry {
    /// `UUIDv7`, so that entries of the same millisecond keep their order.
    pub id: AuditEntryId,
    pub tenant_id: TenantId,
    pub created_at: Timestamp,
    pub actor: Actor,
    pub action: Action,
    pub license_id: Option<LicenseId>,
    /// For a remint, the new license.
    pub successor_id: Option<LicenseId>,
    /// Additional data, as a JSON object without secrets.
    pub details: Value,
}

/// An audit entry with its details as recorded.
pub type RecordedAuditEntry = AuditEntry<Value>;

/// Filter for audit entries. Entries must meet all conditions that are set.
#[derive(Debug, Clone, Default)]
pub struct AuditEntryFilter {
    pub action: Option<Action>,
    pub actor: Option<ActorFilter>,
    /// First day, inclusive.
    pub from_day: Option<Day>,
    /// Last day, inclusive.
    pub to_day: Option<Day>,
    /// Entries about any of these licenses, including the remints that created them. At most a
    /// few thousand IDs.
    pub license_ids: Option<Vec<LicenseId>>,
}

impl AuditEntryFilter {
    fn matches_nothing(&self) -> bool {
        self.license_ids.as_ref().is_some_and(Vec::is_empty)
    }
}

impl Store {
    /// Returns at most `most` matching entries, nearest to `position` first. Excludes entries
    /// that have reached 365 days, even if they have not been purged yet.
    pub async fn list_audit_entries(
        &self,
        tenant_id: &TenantId,
        filter: &AuditEntryFilter,
        position: PageRequest<AuditEntryId>,
        most: u32,
        now: Timestamp,
    ) -> Result<Vec<RecordedAuditEntry>, StoreError> {
        if filter.matches_nothing() {
            return Ok(Vec::new());
        }
        let mut sql = QueryBuilder::new(
            "SELECT a.id, a.created_at, a.actor_kind, a.actor_id, a.actor_name, a.action, a.details, a.license_id,
             a.successor_id, l.display_key, s.display_key AS successor_key FROM ",
        );
        push_source(&mut sql, tenant_id, filter);
        sql.push(
            " LEFT JOIN licenses l ON l.tenant_id = a.tenant_id AND l.id = a.license_id
             LEFT JOIN licenses s ON s.tenant_id = a.tenant_id AND s.id = a.successor_id",
        );
        push_conditions(&mut sql, tenant_id, filter, position, now);
        let order = match position {
            PageRequest::First | PageRequest::After(_) => " ORDER BY a.created_at DESC, a.id DESC",
            PageRequest::Before(_) => " ORDER BY a.created_at, a.id",
        };
        sql.push(order).push(" LIMIT ").bind(i64::from(most));
        let rows = sql.fetch_all(&mut *self.acquire_reader().await?).await?;
        rows.iter().map(decode_entry).collect()
    }

    /// Counts the matching entries, up to [`MAX_EXACT_COUNT`].
    pub async fn count_audit_entries(
        &self,
        tenant_id: &TenantId,
        filter: &AuditEntryFilter,
        now: Timestamp,
    ) -> Result<Count, StoreError> {
        if filter.matches_nothing() {
            return Ok(Count::Exact(0));
        }
        let mut sql = QueryBuilder::new("SELECT COUNT(*) AS counted FROM (SELECT 1 FROM ");
        push_source(&mut sql, tenant_id, filter);
        push_conditions(&mut sql, tenant_id, filter, PageRequest::First, now);
        sql.push(" LIMIT ")
            .bind(i64::from(MAX_EXACT_COUNT) + 1)
            .push(") AS entries");
        Ok(Count::from_capped(self.fetch_count(sql).await?))
    }
}

/// Appends the source of entries `a`: the whole log, or the entries about some licenses. The latter
/// is a `UNION` of two index lookups, because with an `OR` SQLite would scan the tenant's whole
/// log. SQLite doesn't reorder a `CROSS JOIN`.
fn push_source(sql: &mut QueryBuilder, tenant: &TenantId, filter: &AuditEntryFilter) {
    let Some(about) = &filter.license_ids else {
        sql.push("audit_entries a");
        return;
    };
    let ids = || about.iter().map(LicenseId::to_string);
    sql.push("(SELECT id FROM audit_entries WHERE tenant_id = ")
        .bind(tenant.as_str())
        .push(" AND license_id IN (")
        .push_bind_list(ids())
        .push(") UNION SELECT id FROM audit_entries WHERE tenant_id = ")
        .bind(tenant.as_str())
        .push(" AND successor_id IN (")
        .push_bind_list(ids())
        .push(")) found CROSS JOIN audit_entries a");
}

fn push_conditions(
    sql: &mut QueryBuilder,
    tenant_id: &TenantId,
    filter: &AuditEntryFilter,
    position: PageRequest<AuditEntryId>,
    now: Timestamp,
) {
    sql.push(" WHERE a.tenant_id = ").bind(tenant_id.as_str());
    if filter.license_ids.is_some() {
        sql.push(" AND a.id = found.id");
    }
    push_time_range(sql, filter, position, now);
    if let Some(action) = filter.action {
        sql.push(" AND a.action = ").bind(action.as_str());
    }
    // The `IS NULL` conditions let an index by actor return the rows in order of time.
    match filter.actor {
        None => {}
        Some(ActorFilter::CommandLine) => {
            sql.push(" AND a.actor_kind = 'command_line' AND a.actor_id IS NULL");
        }
        Some(ActorFilter::System) => {
            sql.push(" AND a.actor_kind = 'system' AND a.actor_id IS NULL");
        }
        Some(ActorFilter::Operator(id)) => {
            sql.push(" AND a.actor_kind = 'operator' AND a.actor_id = ")
                .bind(id.to_string());
        }
    }
}

/// Appends the time range and the start of the page. Redundant bounds are left out, because SQLite
/// might use the less selective of two lower bounds for its index.
fn push_time_range(
    sql: &mut QueryBuilder,
    filter: &AuditEntryFilter,
    position: PageRequest<AuditEntryId>,
    now: Timestamp,
) {
    let oldest_visible = now.minus_days(RETENTION_DAYS).plus_millis(1);
    let from = filter
        .from_day
        .map_or(oldest_visible, |day| day.start().max(oldest_visible));
    let cursor = match position {
        PageRequest::First => None,
        PageRequest::After(cursor) => Some((" < (", cursor)),
        PageRequest::Before(cursor) => Some((" > (", cursor)),
    };
    if let Some((comparison, cursor)) = cursor {
        sql.push(" AND (a.created_at, a.id)")
            .push(comparison)
            .bind(cursor.value)
            .push(", ")
            .bind(cursor.id.to_string())
            .push(")");
    }
    if !matches!(position, PageRequest::Before(cursor) if cursor.value >= from.millis()) {
        sql.push(" AND a.created_at >= ").bind(from.millis());
    }
    if let Some(to) = filter.to_day {
        sql.push(" AND a.created_at < ").bind(to.end().millis());
    }
}

impl Tx<'_> {
    /// Records an entry, in the same unit of work as the change that it describes.
    pub async fn insert_audit_entry(&mut self, entry: &NewAuditEntry) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO audit_entries (tenant_id, id, created_at, actor_kind, actor_id, actor_name, action,
             license_id, successor_id, details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(entry.tenant_id.as_str())
        .bind(entry.id.to_string())
        .bind(entry.created_at.millis())
        .bind(entry.actor.kind.as_str())
        .bind(entry.actor.id.as_deref())
        .bind(&entry.actor.name)
        .bind(entry.action.as_str())
        .bind(entry.license_id.map(|id| id.to_string()))
        .bind(entry.successor_id.map(|id| id.to_string()))
        .bind(entry.details.to_string())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Deletes at most `most` entries, of any tenant, that were created no later than
    /// `expired_until`. Returns the number of deleted entries. A database trigger rejects the
    /// deletion of entries newer than the latest `expired_until` so far.
    pub async fn purge_audit_entries(
        &mut self,
        expired_until: Timestamp,
        most: u32,
    ) -> Result<u64, StoreError> {
        // Updates the row even if its value stays the same, because the update is also a lock: two
        // concurrent purges would select the same entries, and one purge would delete nothing and
        // stop too early.
        sqlx::query(
            "UPDATE audit_horizon SET outlived_until = CASE WHEN outlived_until < $1 THEN $1 ELSE outlived_until END",
        )
            .bind(expired_until.millis())
            .execute(&mut *self.connection)
            .await?;
        let done = sqlx::query(
            "DELETE FROM audit_entries WHERE (tenant_id, id) IN
             (SELECT tenant_id, id FROM audit_entries WHERE created_at <= $1 ORDER BY created_at LIMIT $2)",
        )
        .bind(expired_until.millis())
        .bind(i64::from(most))
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected())
    }
}

/// Decodes an entry. An unknown actor kind or action, or corrupt details, don't fail the read: the
/// entry can't be repaired in an append-only log, and it must not hide the other entries.
fn decode_entry(row: &AnyRow) -> Result<RecordedAuditEntry, StoreError> {
    let fields = RowReader::new("audit_entries", row);
    let (kind, action) = (
        fields.get_string("actor_kind")?,
        fields.get_string("action")?,
    );
    let details = fields.get_json("details");
    let (kind, action) = (ActorKind::from_name(&kind), Action::from_name(&action));
    if kind.is_none() || action.is_none() || details.is_err() {
        let id = fields.get_string("id")?;
        tracing::warn!(id, "audit entry is corrupt or from a newer version");
    }
    Ok(AuditEntry {
        id: fields.get_parsed("id")?,
        at: fields.get_timestamp("created_at")?,
        actor: Actor {
            kind: kind.unwrap_or(ActorKind::Unknown),
            id: fields.get_optional_string("actor_id")?,
            name: fields.get_string("actor_name")?,
        },
        action: action.unwrap_or(Action::Unknown),
        license: decode_license_ref(&fields, "license_id", "display_key")?,
        successor: decode_license_ref(&fields, "successor_id", "successor_key")?,
        details: details.unwrap_or_default(),
    })
}

/// Falls back to the ID if the license does not exist, so that the entry stays readable.
fn decode_license_ref(
    fields: &RowReader<'_>,
    id: &'static str,
    display_key: &'static str,
) -> Result<Option<LicenseRef>, StoreError> {
    let Some(id) = fields.get_optional_parsed::<LicenseId>(id)? else {
        return Ok(None);
    };
    let display_key = fields.get_optional_string(display_key)?;
    Ok(Some(LicenseRef {
        id,
        display_key: DisplayKey::from_stored(display_key.unwrap_or_else(|| id.to_string())),
    }))
}
