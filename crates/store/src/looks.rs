//! Devices' looks for their licenses: those that come at the same time are answered by one statement.
//!
//! What a read costs is mostly the way to the database and back: to another thread on SQLite, over a network on PostgreSQL. So
//! whoever is free takes all that wait, up to a number. Nobody waits for company: who comes alone is asked for alone.

use std::{
    mem,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use keywright_domain::{
    ids::{InstanceId, LicenseId, TenantId},
    license::LicenseTerms,
};
use sqlx::{AnyConnection, Connection, any::AnyRow};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinHandle,
};

use crate::{
    Engine, StoreError,
    connect::{Connector, Readers},
    database_file::DatabaseFile,
    licenses::license_terms,
    row::Fields,
    sql::Sql,
    telemetry::{self, KnownTelemetry},
    validations::ActivationNumber,
};

/// What a device's look for its license found.
#[derive(Debug, Clone)]
pub struct Looked {
    /// That of the tenant's [`DeviceTenant`](crate::DeviceTenant) at that moment; none where there is no such tenant.
    pub revision: Option<i64>,
    /// The license, if there is one.
    pub found: Option<DeviceLicense>,
}

/// A license as one of its devices sees it.
#[derive(Debug, Clone)]
pub struct DeviceLicense {
    /// The license.
    pub license: LicenseTerms,
    /// The instance that was asked for, if it is this license's.
    pub device: Option<KnownDevice>,
}

/// A device of a license, as far as its next call needs it.
#[derive(Debug, Clone)]
pub struct KnownDevice {
    pub(crate) number: ActivationNumber,
    /// Whether it holds its slot.
    pub is_active: bool,
    /// Whether it is known without a machine hash.
    pub lacks_hash: bool,
    pub(crate) telemetry: KnownTelemetry,
}

/// Statements that are under way at the same time, each of them for many. On SQLite each reads pages that are in memory as a rule: two
/// would take turns, and each would have to read for itself what the other has read already.
const fn at_once(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 1,
        Engine::Postgres => 2,
    }
}

/// Most looks in a statement. Over a network they share the way; inside the process others are better signed for meanwhile.
const fn together(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 8,
        Engine::Postgres => 16,
    }
}

/// How long a look may take; then its connection is given up. Requests are answered within ten seconds.
const PATIENCE: Duration = Duration::from_secs(8);

/// How long one over a connection that rested may, before it is tried over a fresh one.
const RESTED_PATIENCE: Duration = Duration::from_secs(3);

/// Looks that may wait before those who ask wait for a place.
const QUEUE: usize = 1024;

pub(crate) struct Looks {
    waiting: RwLock<Option<mpsc::Sender<Waiting>>>,
    lookers: Mutex<Vec<JoinHandle<()>>>,
}

/// What is looked for, and who waits for it.
struct Waiting {
    tenant: TenantId,
    license: LicenseId,
    instance: Option<InstanceId>,
    answer: oneshot::Sender<Result<Row, StoreError>>,
}

/// What was found, if there is such a tenant. Whoever waits makes something of it: here, others would wait for that too.
type Row = Option<AnyRow>;

impl Looks {
    pub(crate) fn start(connector: &Connector, readers: &Readers) -> Self {
        let (waiting, inbox) = mpsc::channel(QUEUE);
        let inbox = Arc::new(Mutex::new(inbox));
        let looker = |_| {
            let looker = Looker {
                connector: connector.clone(),
                file: readers.file.clone(),
                connection: None,
            };
            tokio::spawn(looker.answer_all(inbox.clone()))
        };
        Self {
            waiting: RwLock::new(Some(waiting)),
            lookers: Mutex::new((0..at_once(connector.engine)).map(looker).collect()),
        }
    }

    /// Answers those who wait, and nobody any more.
    pub(crate) async fn close(&self) {
        drop(
            self.waiting
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        for looker in mem::take(&mut *self.lookers.lock().await) {
            looker.await.ok();
        }
    }

    pub(crate) async fn look(
        &self,
        tenant: &TenantId,
        license: LicenseId,
        instance: Option<InstanceId>,
    ) -> Result<Looked, StoreError> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting {
            tenant: tenant.clone(),
            license,
            instance,
            answer,
        };
        let places = self
            .waiting
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let sent = places.ok_or(sqlx::Error::PoolClosed)?.send(waiting).await;
        sent.map_err(|_| sqlx::Error::PoolClosed)?;
        let row = answered
            .await
            .unwrap_or_else(|_| Err(sqlx::Error::PoolClosed.into()))?;
        looked(row.as_ref(), license)
    }
}

/// Who answers looks, over a connection of its own: what it has read stays in its memory, and no page that takes long holds it up.
struct Looker {
    connector: Connector,
    /// SQLite's, which may be taken away.
    file: Option<Arc<DatabaseFile>>,
    connection: Option<AnyConnection>,
}

impl Looker {
    async fn answer_all(mut self, inbox: Arc<Mutex<mpsc::Receiver<Waiting>>>) {
        let together = together(self.connector.engine);
        let mut waiting = Vec::with_capacity(together);
        // Held while nobody waits, too: then it is the next one who comes whom this one answers.
        while inbox.lock().await.recv_many(&mut waiting, together).await > 0 {
            let looked = tokio::time::timeout(PATIENCE, self.look(&waiting)).await;
            match looked.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into())) {
                Ok(found) => {
                    for (waiting, looked) in waiting.drain(..).zip(found) {
                        // Who went away does not need it any more.
                        waiting.answer.send(Ok(looked)).ok();
                    }
                }
                Err(error) => {
                    for waiting in waiting.drain(..) {
                        waiting.answer.send(Err(error.clone())).ok();
                    }
                }
            }
        }
        if let Some(connection) = self.connection {
            connection.close().await.ok();
        }
    }

    /// What each of them finds, in their order.
    async fn look(&mut self, waiting: &[Waiting]) -> Result<Vec<Row>, StoreError> {
        if let Some(file) = &self.file {
            file.is_in_place()?;
        }
        if let Some(rested) = self.connection.take() {
            let looked = self.look_with(rested, waiting);
            match tokio::time::timeout(RESTED_PATIENCE, looked).await {
                // It may have been cut off while nobody asked, by something that did not say so.
                Err(_) | Ok(Err(StoreError::Unavailable(_))) => {}
                Ok(found) => return found,
            }
        }
        self.look_anew(waiting).await
    }

    async fn look_anew(&mut self, waiting: &[Waiting]) -> Result<Vec<Row>, StoreError> {
        let connection = self.connector.connect_looks().await?;
        self.look_with(connection, waiting).await
    }

    /// After an error the connection is not put back: the next look begins with a fresh one.
    async fn look_with(
        &mut self,
        mut connection: AnyConnection,
        waiting: &[Waiting],
    ) -> Result<Vec<Row>, StoreError> {
        let found = look(&mut connection, self.connector.engine, waiting).await?;
        self.connection = Some(connection);
        Ok(found)
    }
}

/// What each of them finds, in their order.
async fn look(
    connection: &mut AnyConnection,
    engine: Engine,
    waiting: &[Waiting],
) -> Result<Vec<Row>, StoreError> {
    let mut sql = Sql::new("");
    push_looks(&mut sql, engine, waiting);
    let mut found: Vec<Row> = waiting.iter().map(|_| None).collect();
    for row in sql.fetch_all(connection).await? {
        let number = Fields::new("licenses", &row).number("number")?;
        let place = usize::try_from(number)
            .ok()
            .and_then(|number| found.get_mut(number));
        if let Some(place) = place {
            *place = Some(row);
        }
    }
    Ok(found)
}

fn push_looks(sql: &mut Sql, engine: Engine, waiting: &[Waiting]) {
    sql.push("WITH asked (number, tenant_id, license_id, instance_id) AS (VALUES ");
    sql.rows((0..).zip(waiting), |sql, (number, waiting)| {
        sql.bind(number).push(", ");
        sql.bind(waiting.tenant.as_str()).push(", ");
        sql.bind(waiting.license.to_string()).push(", ");
        let instance = waiting.instance.map(|instance| instance.to_string());
        sql.bind(instance.as_deref());
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
        // It would take the one of the primary key, and then read the row, too.
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
    /// How SQLite looks for a license and its device: a line for each step of its plan.
    pub async fn plan_of_a_look(
        &self,
        tenant: &TenantId,
        license: LicenseId,
        instance: InstanceId,
    ) -> Result<Vec<String>, StoreError> {
        use sqlx::Row;

        let (answer, _) = oneshot::channel();
        let waiting = Waiting {
            tenant: tenant.clone(),
            license,
            instance: Some(instance),
            answer,
        };
        let mut sql = Sql::new("EXPLAIN QUERY PLAN ");
        push_looks(&mut sql, Engine::Sqlite, &[waiting]);
        let rows = sql.fetch_all(&mut *self.read().await?).await?;
        Ok(rows.iter().map(|row| row.get("detail")).collect())
    }
}

fn looked(row: Option<&AnyRow>, id: LicenseId) -> Result<Looked, StoreError> {
    let Some(row) = row else {
        return Ok(Looked {
            revision: None,
            found: None,
        });
    };
    let fields = Fields::new("licenses", row);
    let found = match fields.optional_text("product_id")? {
        None => None,
        Some(_) => Some(DeviceLicense {
            license: license_terms(&fields, id)?,
            device: device(&fields)?,
        }),
    };
    Ok(Looked {
        revision: Some(fields.number("revision")?),
        found,
    })
}

fn device(fields: &Fields<'_>) -> Result<Option<KnownDevice>, StoreError> {
    let Some(number) = fields.optional_number("device")? else {
        return Ok(None);
    };
    Ok(Some(KnownDevice {
        number,
        is_active: fields.flag("is_active")?,
        lacks_hash: fields.flag("lacks_hash")?,
        telemetry: KnownTelemetry(fields.text("telemetry")?),
    }))
}
