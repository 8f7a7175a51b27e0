//! Lookups of a license and one of its devices, which every device call begins with. Those that
//! wait at the same time share a statement.

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

/// Result of a lookup: everything in it was read in one statement.
#[derive(Debug, Clone)]
pub struct LicenseLookup {
    /// Revision of the tenant's [`DeviceTenant`](crate::DeviceTenant) at that moment; `None` if
    /// there is no such tenant.
    pub revision: Option<i64>,
    /// The license, if it exists.
    pub found: Option<DeviceLicense>,
}

/// A license as a device call needs it.
#[derive(Debug, Clone)]
pub struct DeviceLicense {
    /// The license.
    pub license: LicenseTerms,
    /// The requested instance, if it belongs to the license.
    pub activation: Option<ActivationSnapshot>,
}

/// A device of a license, as far as its next call needs it.
#[derive(Debug, Clone)]
pub struct ActivationSnapshot {
    pub(crate) number: ActivationNumber,
    /// Whether it holds its slot.
    pub is_active: bool,
    /// Whether it has no machine hash yet.
    pub lacks_hash: bool,
    pub(crate) telemetry: KnownTelemetry,
}

/// How long a lookup may take before its connection is given up. Requests are answered within ten
/// seconds.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(8);

/// The same over an idle connection, which may have been cut off silently; then a fresh one is
/// tried.
const IDLE_CONNECTION_TIMEOUT: Duration = Duration::from_secs(3);

/// Statements in flight. SQLite's pages are in memory as a rule: a second worker would only read
/// them a second time.
const fn max_in_flight(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 1,
        Engine::Postgres => 2,
    }
}

/// Over a network, lookups share the round trip; within the process, other requests are better
/// signed meanwhile.
const fn limits(engine: Engine) -> BatchLimits {
    let batch = match engine {
        Engine::Sqlite => 8,
        Engine::Postgres => 16,
    };
    BatchLimits { queue: 1024, batch }
}

/// Answers lookups in batches.
pub(crate) struct LookupBatcher(Batcher<Lookup, Result<Option<AnyRow>, StoreError>>);

/// One request.
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

    /// Answers the lookups that wait, and takes no more.
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
        // Read here rather than by the worker, which would keep the others waiting.
        license_lookup(row.as_ref(), license_id)
    }
}

/// Has a connection of its own: its page cache stays warm, and no long query holds it up.
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
    /// Returns a row for each lookup, in their order.
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

    /// Keeps the connection only if nothing went wrong.
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
        // The planner would pick the primary key, and then read the row as well.
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
    /// Returns SQLite's plan of a lookup, a line for each step.
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
