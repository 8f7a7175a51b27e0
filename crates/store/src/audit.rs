//! The audit log: entries are recorded and read, and purged once they have outlived their time. Nothing else; the database
//! itself refuses it, too (migration 5).

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

/// An entry with its details as recorded.
pub type RecordedEntry = AuditEntry<Value>;

/// Which entries: those that fit all that is given.
#[derive(Debug, Clone, Default)]
pub struct EntryFilter {
    /// Of this action.
    pub action: Option<Action>,
    /// By these.
    pub by: Option<By>,
    /// Of this day or later.
    pub from: Option<Day>,
    /// Of this day or earlier.
    pub to: Option<Day>,
    /// About any of these licenses, the remints that they came from included; at most some thousands.
    pub about: Option<Vec<LicenseId>>,
}

impl EntryFilter {
    fn is_about_nothing(&self) -> bool {
        self.about.as_ref().is_some_and(Vec::is_empty)
    }
}

impl Store {
    /// The tenant's entries that the filter lets through: at most `most` of them outwards from `position`. One that has
    /// outlived its 365 days is not among them, purged or not.
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

    /// How many entries of the tenant the filter lets through, counted up to [`COUNT_LIMIT`].
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

/// Adds where entries, called `a`, come from: the log, or what is about some licenses. The latter is looked up by its own two
/// indexes, one after the other; with an `OR` SQLite would walk the tenant's whole log. It keeps the order of a `CROSS JOIN`.
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
    // With the null, an index by who did it is in order of time, too.
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

/// From when and until when, and from where on. A bound that another one makes needless is left out: of two lower ones SQLite
/// would take the wrong one for its index.
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

    /// Deletes at most `most` entries, of whichever tenant, that are not younger than `outlived_until`; says how many. The
    /// database itself refuses to delete any that is younger than the latest such moment.
    pub async fn purge_audit_entries(
        &mut self,
        outlived_until: Timestamp,
        most: u32,
    ) -> Result<u64, StoreError> {
        // Always an update, so that it is a lock, too: two purges at once would choose the same entries, and each take the other's
        // for the last ones.
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

/// What an older version cannot read, or what is broken, is told with what is left of it: one such entry must not hide the others,
/// and nobody may mend it.
fn entry(row: &AnyRow) -> Result<RecordedEntry, StoreError> {
    let fields = Fields::new("audit_entries", row);
    let (kind, action) = (fields.text("actor_kind")?, fields.text("action")?);
    let details = fields.json("details");
    let (kind, action) = (ActorKind::from_name(&kind), Action::from_name(&action));
    if kind.is_none() || action.is_none() || details.is_err() {
        let id = fields.text("id")?;
        tracing::warn!(id, "an audit entry is of another version, or broken");
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

/// A license that is not there any more, should that ever be, keeps its id: what was done to it stays readable.
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
