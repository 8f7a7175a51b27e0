//! Batched lookups of a license and one of its devices. Every device API call starts with one.

use std::{sync::Arc, time::Duration};

use keywright_domain::{
    ids::{InstanceId, LicenseId, TenantId},
    license::LicenseTerms,
};
use sqlx::{AnyConnection, Connection, any::AnyRow};

use super::license_terms;
use crate::{
    Engine, StoreError,
    activations::{
        telemetry::{self, KnownTelemetry},
        validations::ActivationNumber,
    },
    batch::{Batch, BatchLimits, BatchWorker, Batcher},
    connect::{Connector, Readers, file_guard::DatabaseFileGuard},
    query::{Fields, Sql},
};

/// Result of a lookup, read in a single statement.
#[derive(Debug, Clone)]
pub struct LicenseLookup {
    /// Revision of the tenant's [`DeviceTenant`](crate::DeviceTenant) at that moment, or `None`
    /// if the tenant does not exist.
    pub revision: Option<i64>,
    /// `None` if the license does not exist.
    pub found: Option<DeviceLicense>,
}

/// The part of a license that device API calls need.
#[derive(Debug, Clone)]
pub struct DeviceLicense {
    pub license: LicenseTerms,
    /// The requested instance, if it belongs to the license.
    pub activation: Option<ActivationSnapshot>,
}

/// The part of an activation that device API calls need.
#[derive(Debug, Clone)]
pub struct ActivationSnapshot {
    pub(crate) number: ActivationNumber,
    pub is_active: bool,
    pub lacks_hash: bool,
    pub(crate) telemetry: KnownTelemetry,
}

/// Timeout of a lookup, after which its connection is dropped. Requests are answered within 10 s.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(8);

/// Timeout of a lookup over an idle connection, which may have been cut off silently. It is
/// retried over a new connection.
const IDLE_CONNECTION_TIMEOUT: Duration = Duration::from_secs(3);

/// Maximum number of statements in flight. SQLite's pages are usually cached, and a second worker
/// would only read them into a second cache.
const fn max_in_flight(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 1,
        Engine::Postgres => 2,
    }
}

/// On PostgreSQL, a batch shares the network round trip. SQLite has no round trip to share, and
/// small batches let other requests continue with signing.
const fn limits(engine: Engine) -> BatchLimits {
    let batch = match engine {
        Engine::Sqlite => 8,
        Engine::Postgres => 16,
    };
    BatchLimits { queue: 1024, batch }
}

pub(crate) struct LookupBatcher(Batcher<Lookup, Result<Option<AnyRow>, StoreError>>);

struct Lookup {
    tenant_id: TenantId,
    license_id: LicenseId,
    instance_id: Option<InstanceId>,
}

impl LookupBatcher {
    pub(crate) fn start(connector: &Connector, readers: &Readers) -> Self {
        let engine = connector.engine;
        let worker = |_| LookupWorker {
            connector: connector.clone(),
            file_guard: readers.file_guard.clone(),
            connection: None,
        };
        let workers = (0..max_in_flight(engine)).map(worker);
        Self(Batcher::start(limits(engine), workers))
    }

    /// Answers the queued lookups and accepts no more.
    pub(crate) async fn close(&self) {
        self.0.close().await;
    }

    pub(crate) async fn lookup(
        &self,
        tenant_id: &TenantId,
        license_id: LicenseId,
        instance_id: Option<InstanceId>,
    ) -> Result<LicenseLookup, StoreError> {
        let lookup = Lookup {
            tenant_id: tenant_id.clone(),
            license_id,
            instance_id,
        };
        let row = self.0.call(lookup).await.ok_or(sqlx::Error::PoolClosed)??;
        // Decoded here rather than by the worker, where it would delay other lookups.
        license_lookup(row.as_ref(), license_id)
    }
}

/// Has its own connection, so that its page cache stays warm and no long query blocks it.
struct LookupWorker {
    connector: Connector,
    /// SQLite only.
    file_guard: Option<Arc<DatabaseFileGuard>>,
    connection: Option<AnyConnection>,
}

impl BatchWorker for LookupWorker {
    type Request = Lookup;
    type Response = Result<Option<AnyRow>, StoreError>;

    async fn run(&mut self, lookups: Vec<Lookup>) -> Batch<Lookup, Self::Response> {
        let rows = tokio::time::timeout(LOOKUP_TIMEOUT, self.lookup(&lookups)).await;
        Batch::Done(match rows {
            Ok(Ok(rows)) => rows.into_iter().map(Ok).collect(),
            Ok(Err(error)) => lookups.iter().map(|_| Err(error.clone())).collect(),
            Err(_) => {
                let error = StoreError::from(sqlx::Error::PoolTimedOut);
                lookups.iter().map(|_| Err(error.clone())).collect()
            }
        })
    }

    async fn close(self) {
        if let Some(connection) = self.connection {
            connection.close().await.ok();
        }
    }
}

impl LookupWorker {
    /// Returns a row for each lookup, in order.
    async fn lookup(&mut self, lookups: &[Lookup]) -> Result<Vec<Option<AnyRow>>, StoreError> {
        if let Some(file_guard) = &self.file_guard {
            file_guard.ensure_not_missing()?;
        }
        if let Some(idle) = self.connection.take() {
            let rows = self.lookup_with(idle, lookups);
            match tokio::time::timeout(IDLE_CONNECTION_TIMEOUT, rows).await {
                Err(_) | Ok(Err(StoreError::Unavailable(_))) => {}
                Ok(rows) => return rows,
            }
        }
        let connection = self.connector.connect_lookups().await?;
        self.lookup_with(connection, lookups).await
    }

    /// Keeps the connection only if the lookup succeeds.
    async fn lookup_with(
        &mut self,
        mut connection: AnyConnection,
        lookups: &[Lookup],
    ) -> Result<Vec<Option<AnyRow>>, StoreError> {
        let rows = fetch(&mut connection, self.connector.engine, lookups).await?;
        self.connection = Some(connection);
        Ok(rows)
    }
}

async fn fetch(
    connection: &mut AnyConnection,
    engine: Engine,
    lookups: &[Lookup],
) -> Result<Vec<Option<AnyRow>>, StoreError> {
    let mut sql = Sql::new("");
    push_lookups(&mut sql, engine, lookups);
    let mut rows: Vec<Option<AnyRow>> = lookups.iter().map(|_| None).collect();
    for row in sql.fetch_all(connection).await? {
        let index = Fields::new("licenses", &row).number("number")?;
        let slot = usize::try_from(index)
            .ok()
            .and_then(|index| rows.get_mut(index));
        if let Some(slot) = slot {
            *slot = Some(row);
        }
    }
    Ok(rows)
}

fn push_lookups(sql: &mut Sql, engine: Engine, lookups: &[Lookup]) {
    sql.push("WITH asked (number, tenant_id, license_id, instance_id) AS (VALUES ");
    sql.rows((0..).zip(lookups), |sql, (number, lookup)| {
        sql.bind(number).push(", ");
        sql.bind(lookup.tenant_id.as_str()).push(", ");
        sql.bind(lookup.license_id.to_string()).push(", ");
        let instance_id = lookup.instance_id.map(|id| id.to_string());
        sql.bind(instance_id.as_deref());
    });
    sql.push(
        ") SELECT asked.number, r.revision, l.product_id, l.state, l.expires_at, l.entitlements, l.fallback,
         a.number AS device,
         CASE WHEN a.deactivated_at IS NULL THEN 1 ELSE 0 END AS is_active,
         CASE WHEN a.machine_hash IS NULL THEN 1 ELSE 0 END AS lacks_hash, ",
    );
    sql.push(telemetry::JOINED).push(
        " AS telemetry FROM asked JOIN tenant_revisions r ON r.tenant_id = asked.tenant_id LEFT JOIN licenses l",
    );
    if engine == Engine::Sqlite {
        // The planner would choose the primary key, and then read the row as well.
        sql.push(" INDEXED BY licenses_of_devices");
    }
    sql.push(
        " ON l.tenant_id = asked.tenant_id AND l.id = asked.license_id
         LEFT JOIN activations a ON a.tenant_id = asked.tenant_id AND a.license_id = asked.license_id
             AND a.id = asked.instance_id",
    );
}

#[cfg(feature = "testing")]
impl crate::Store {
    /// Returns SQLite's plan of a lookup, one line per step.
    pub async fn explain_lookup(
        &self,
        tenant_id: &TenantId,
        license_id: LicenseId,
        instance_id: InstanceId,
    ) -> Result<Vec<String>, StoreError> {
        use sqlx::Row;

        let lookup = Lookup {
            tenant_id: tenant_id.clone(),
            license_id,
            instance_id: Some(instance_id),
        };
        let mut sql = Sql::new("EXPLAIN QUERY PLAN ");
        push_lookups(&mut sql, Engine::Sqlite, &[lookup]);
        let rows = sql.fetch_all(&mut *self.read().await?).await?;
        Ok(rows.iter().map(|row| row.get("detail")).collect())
    }
}

fn license_lookup(row: Option<&AnyRow>, id: LicenseId) -> Result<LicenseLookup, StoreError> {
    let Some(row) = row else {
        return Ok(LicenseLookup {
            revision: None,
            found: None,
        });
    };
    let fields = Fields::new("licenses", row);
    let found = match fields.optional_text("product_id")? {
        None => None,
        Some(_) => Some(DeviceLicense {
            license: license_terms(&fields, id)?,
            activation: activation(&fields)?,
        }),
    };
    Ok(LicenseLookup {
        revision: Some(fields.number("revision")?),
        found,
    })
}

fn activation(fields: &Fields<'_>) -> Result<Option<ActivationSnapshot>, StoreError> {
    let Some(number) = fields.optional_number("device")? else {
        return Ok(None);
    };
    Ok(Some(ActivationSnapshot {
        number,
        is_active: fields.flag("is_active")?,
        lacks_hash: fields.flag("lacks_hash")?,
        telemetry: KnownTelemetry(fields.text("telemetry")?),
    }))
}
