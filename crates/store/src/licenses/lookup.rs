//! Batched lookups of a license and one of its devices, for device API calls.

use std::{sync::Arc, time::Duration};

use keywright_domain::{
    ids::{InstanceId, LicenseId, TenantId},
    license::LeaseInputs,
};
use sqlx::{AnyConnection, Connection, any::AnyRow};

use super::decode_license_terms;
use crate::{
    Engine, StoreError,
    activations::{
        telemetry::{self, StoredTelemetry},
        validations::ActivationNumber,
    },
    batch::{BatchLimits, BatchOutcome, BatchWorker, Batcher},
    connect::{Connector, ReadPool, file_guard::DatabaseFileGuard},
    query::{QueryBuilder, RowReader},
};

/// Result of a lookup, read in a single statement.
#[derive(Debug, Clone)]
pub struct LicenseLookup {
    /// Revision of the tenant's [`TenantConfigRecord`](crate::TenantConfigRecord) at that moment,
    /// or `None` if the tenant does not exist.
    pub revision: Option<i64>,
    /// `None` if the license does not exist.
    pub license: Option<LicenseSnapshot>,
}

/// The part of a license that device API calls need.
#[derive(Debug, Clone)]
pub struct LicenseSnapshot {
    pub license: LeaseInputs,
    /// The requested instance, if it belongs to the license.
    pub activation: Option<ActivationSnapshot>,
}

/// The part of an activation that device API calls need.
#[derive(Debug, Clone)]
pub struct ActivationSnapshot {
    pub(crate) activation_number: ActivationNumber,
    pub is_active: bool,
    pub lacks_machine_hash: bool,
    pub(crate) telemetry: StoredTelemetry,
}

/// Timeout of a lookup, after which its connection is dropped. Requests time out after 10 s.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(8);

/// Timeout of a lookup over an idle connection, which may have been dropped silently. The lookup is
/// then retried over a new connection.
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
const fn batch_limits(engine: Engine) -> BatchLimits {
    let batch = match engine {
        Engine::Sqlite => 8,
        Engine::Postgres => 16,
    };
    BatchLimits {
        queue_capacity: 1024,
        max_batch_size: batch,
    }
}

pub(crate) struct LookupBatcher(Batcher<LookupRequest, Result<Option<AnyRow>, StoreError>>);

struct LookupRequest {
    tenant_id: TenantId,
    license_id: LicenseId,
    instance_id: Option<InstanceId>,
}

impl LookupBatcher {
    pub(crate) fn start(connector: &Connector, readers: &ReadPool) -> Self {
        let engine = connector.engine;
        let worker = |_| LookupWorker {
            connector: connector.clone(),
            file_guard: readers.file_guard.clone(),
            connection: None,
        };
        let workers = (0..max_in_flight(engine)).map(worker);
        Self(Batcher::start(batch_limits(engine), workers))
    }

    /// Rejects new lookups and waits until the queued lookups are done.
    pub(crate) async fn close(&self) {
        self.0.close().await;
    }

    pub(crate) async fn lookup(
        &self,
        tenant_id: &TenantId,
        license_id: LicenseId,
        instance_id: Option<InstanceId>,
    ) -> Result<LicenseLookup, StoreError> {
        let lookup = LookupRequest {
            tenant_id: tenant_id.clone(),
            license_id,
            instance_id,
        };
        let row = self.0.call(lookup).await.ok_or(sqlx::Error::PoolClosed)??;
        // Decoded here rather than by the worker, where decoding would delay other lookups.
        decode_lookup(row.as_ref(), license_id)
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
    type Request = LookupRequest;
    type Response = Result<Option<AnyRow>, StoreError>;

    async fn run(
        &mut self,
        lookups: Vec<LookupRequest>,
    ) -> BatchOutcome<LookupRequest, Self::Response> {
        let rows = tokio::time::timeout(LOOKUP_TIMEOUT, self.lookup(&lookups)).await;
        BatchOutcome::Completed(match rows {
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
    async fn lookup(
        &mut self,
        lookups: &[LookupRequest],
    ) -> Result<Vec<Option<AnyRow>>, StoreError> {
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
        lookups: &[LookupRequest],
    ) -> Result<Vec<Option<AnyRow>>, StoreError> {
        let rows = fetch_lookups(&mut connection, self.connector.engine, lookups).await?;
        self.connection = Some(connection);
        Ok(rows)
    }
}

async fn fetch_lookups(
    connection: &mut AnyConnection,
    engine: Engine,
    lookups: &[LookupRequest],
) -> Result<Vec<Option<AnyRow>>, StoreError> {
    let mut sql = QueryBuilder::new("");
    push_lookups(&mut sql, engine, lookups);
    let mut rows: Vec<Option<AnyRow>> = lookups.iter().map(|_| None).collect();
    for row in sql.fetch_all(connection).await? {
        let index = RowReader::new("licenses", &row).get_i64("number")?;
        let slot = usize::try_from(index)
            .ok()
            .and_then(|index| rows.get_mut(index));
        if let Some(slot) = slot {
            *slot = Some(row);
        }
    }
    Ok(rows)
}

fn push_lookups(sql: &mut QueryBuilder, engine: Engine, lookups: &[LookupRequest]) {
    sql.push("WITH asked (number, tenant_id, license_id, instance_id) AS (VALUES ");
    sql.push_rows((0..).zip(lookups), |sql, (number, lookup)| {
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
    sql.push(telemetry::JOINED_TELEMETRY).push(
        " AS telemetry FROM asked JOIN tenant_revisions r ON r.tenant_id = asked.tenant_id LEFT JOIN licenses l",
    );
    if engine == Engine::Sqlite {
        // Otherwise the planner would choose the primary key and read the row, too.
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
    /// Returns SQLite's query plan for a lookup, one line per step.
    pub async fn explain_lookup(
        &self,
        tenant_id: &TenantId,
        license_id: LicenseId,
        instance_id: InstanceId,
    ) -> Result<Vec<String>, StoreError> {
        use sqlx::Row;

        let lookup = LookupRequest {
            tenant_id: tenant_id.clone(),
            license_id,
            instance_id: Some(instance_id),
        };
        let mut sql = QueryBuilder::new("EXPLAIN QUERY PLAN ");
        push_lookups(&mut sql, Engine::Sqlite, &[lookup]);
        let rows = sql.fetch_all(&mut *self.acquire_reader().await?).await?;
        Ok(rows.iter().map(|row| row.get("detail")).collect())
    }
}

fn decode_lookup(row: Option<&AnyRow>, id: LicenseId) -> Result<LicenseLookup, StoreError> {
    let Some(row) = row else {
        return Ok(LicenseLookup {
            revision: None,
            license: None,
        });
    };
    let fields = RowReader::new("licenses", row);
    let found = match fields.get_optional_string("product_id")? {
        None => None,
        Some(_) => Some(LicenseSnapshot {
            license: decode_license_terms(&fields, id)?,
            activation: decode_activation(&fields)?,
        }),
    };
    Ok(LicenseLookup {
        revision: Some(fields.get_i64("revision")?),
        license: found,
    })
}

fn decode_activation(fields: &RowReader<'_>) -> Result<Option<ActivationSnapshot>, StoreError> {
    let Some(number) = fields.get_optional_i64("device")? else {
        return Ok(None);
    };
    Ok(Some(ActivationSnapshot {
        activation_number: number,
        is_active: fields.get_bool("is_active")?,
        lacks_machine_hash: fields.get_bool("lacks_hash")?,
        telemetry: StoredTelemetry(fields.get_string("telemetry")?),
    }))
}
