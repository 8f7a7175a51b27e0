//! Runs units of work in transactions.
//!
//! SQLite has a single writer. One thread owns the writing connection, takes the queued jobs, runs
//! each in a savepoint of one `BEGIN IMMEDIATE`, commits once, and only then replies: a group
//! commit, whose cost all jobs share. The writer is a thread, not a task, because a job is a series
//! of statements and a task would wait for its turn after each of them. On PostgreSQL each job is a
//! separate transaction.

use std::{io, panic::AssertUnwindSafe, sync::Arc, thread};

use futures::{FutureExt, future::BoxFuture};
use metrics::histogram;
use parking_lot::Mutex;
use sqlx::{AnyConnection, AnyPool, Connection, Executor};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    task::JoinHandle,
    time::Instant,
};

use super::Tx;
use crate::{
    ChangeBroadcaster, Engine, StoreError,
    batch::{BatchLimits, BatchOutcome, BatchWorker, Batcher, Inbox},
    changes::{ChangeSet, DataVersionPoller, Notifier},
    connect::{
        Connector,
        file_guard::DatabaseFileGuard,
        wal_checkpoint::{self, CheckpointHandle},
    },
};

/// Bounds of the queue and of a group commit.
const LIMITS: BatchLimits = BatchLimits {
    queue_capacity: 1024,
    max_batch_size: 256,
};

/// Maximum number of jobs in flight on PostgreSQL. Far above the number of connections, so it does
/// not delay jobs; [`Writer::close`] needs it.
const MAX_IN_FLIGHT: u32 = 1 << 20;

/// Reports to the caller of a finished job whether its commit succeeded.
type Reply = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Whether to commit the writes of a job.
enum Outcome {
    Commit(ChangeSet, Reply),
    Rollback(Reply),
}

/// A unit of work with its types erased.
type Job = Box<dyn for<'c> FnOnce(&'c mut AnyConnection, Engine) -> BoxFuture<'c, Outcome> + Send>;

#[derive(Clone)]
pub(crate) enum Writer {
    Sqlite(Arc<SqliteWriter>),
    Postgres(PostgresWriter),
}

pub(crate) struct SqliteWriter {
    jobs: Batcher<Job, ()>,
    /// Background task that stops with the writer.
    checkpoints: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Clone)]
pub(crate) struct PostgresWriter {
    pool: AnyPool,
    changes: ChangeBroadcaster,
    notifier: Notifier,
    in_flight: Arc<Semaphore>,
}

impl Writer {
    pub(crate) fn postgres(pool: AnyPool, changes: ChangeBroadcaster, sender: Notifier) -> Self {
        Self::Postgres(PostgresWriter {
            pool,
            changes,
            notifier: sender,
            in_flight: Arc::new(Semaphore::new(MAX_IN_FLIGHT as usize)),
        })
    }

    pub(crate) fn sqlite(
        connector: Connector,
        file_guard: Arc<DatabaseFileGuard>,
        changes: ChangeBroadcaster,
    ) -> io::Result<Self> {
        let (jobs, inbox) = Batcher::new(LIMITS);
        let (checkpoints, task) = wal_checkpoint::start(connector.clone(), file_guard.clone());
        let worker = move || SqliteWorker {
            poller: DataVersionPoller::new(changes.clone()),
            connector,
            file_guard,
            changes,
            checkpoints,
            connection: None,
        };
        thread::Builder::new()
            .name("keywright-writer".into())
            .spawn(move || run_writer_thread(inbox, worker))?;
        Ok(Self::Sqlite(Arc::new(SqliteWriter {
            jobs,
            checkpoints: Mutex::new(Some(task)),
        })))
    }

    /// See [`crate::Store::write`].
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let (reply, response) = oneshot::channel();
        let job = job(work, reply);
        match self {
            // A rejected job is dropped together with its reply, which fails the caller.
            Self::Sqlite(writer) => {
                writer.jobs.post(job).await;
            }
            // A separate task, so that a canceled caller doesn't cancel the job.
            Self::Postgres(writer) => {
                let permit = writer.in_flight.clone().acquire_owned().await;
                let permit = permit.map_err(|_| StoreError::Aborted)?;
                tokio::spawn(run_in_transaction(writer.clone(), job, permit));
            }
        }
        response.await.unwrap_or(Err(StoreError::Aborted.into()))
    }

    /// Returns the number of jobs in the queue (SQLite) or in flight (PostgreSQL).
    pub(crate) fn pending_len(&self) -> usize {
        match self {
            Self::Sqlite(writer) => writer.jobs.queued_len(),
            Self::Postgres(writer) => MAX_IN_FLIGHT as usize - writer.in_flight.available_permits(),
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Sqlite(writer) => writer.jobs.is_closed(),
            Self::Postgres(writer) => writer.in_flight.is_closed(),
        }
    }

    /// Rejects new jobs and waits until the accepted jobs are done.
    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite(writer) => {
                writer.jobs.close().await;
                let checkpoints = writer.checkpoints.lock().take();
                if let Some(checkpoints) = checkpoints {
                    checkpoints.await.ok();
                }
            }
            Self::Postgres(writer) => {
                let all_permits = writer.in_flight.acquire_many(MAX_IN_FLIGHT).await;
                writer.in_flight.close();
                drop(all_permits);
            }
        }
    }
}

/// Wraps typed work into a job that replies over a channel.
fn job<T, E, F>(work: F, reply: oneshot::Sender<Result<T, E>>) -> Job
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
{
    Box::new(move |connection, engine| {
        async move {
            let mut tx = Tx::new(connection, engine);
            // A panic in one job must not stop the writer and fail all other writes.
            let result = AssertUnwindSafe(async { work(&mut tx).await })
                .catch_unwind()
                .await
                .unwrap_or(Err(StoreError::Aborted.into()));
            let is_ok = result.is_ok();
            let answer: Reply = Box::new(move |committed| {
                // The caller may have stopped waiting. The work is committed anyway.
                reply.send(committed.map_err(E::from).and(result)).ok();
            });
            if is_ok {
                Outcome::Commit(tx.changes, answer)
            } else {
                Outcome::Rollback(answer)
            }
        }
        .boxed()
    })
}

/// PostgreSQL: runs a job in its own transaction. [`Writer::close`] waits for the permit.
async fn run_in_transaction(writer: PostgresWriter, job: Job, _permit: OwnedSemaphorePermit) {
    let started = Instant::now();
    let mut transaction = match writer.pool.begin().await {
        Ok(transaction) => transaction,
        // Dropping the job drops its reply, which fails the caller.
        Err(error) => return tracing::warn!(%error, "can't acquire a connection for a write"),
    };
    match job(&mut transaction, Engine::Postgres).await {
        Outcome::Commit(changed, reply) => {
            let committed = transaction.commit().await.map_err(StoreError::from);
            histogram!("keywright_writer_commit_seconds").record(started.elapsed());
            // Before the reply, so that a caller that then closes the store has notified the
            // other servers.
            if committed.is_ok() && !changed.is_empty() {
                writer.changes.publish(&changed);
                writer.notifier.enqueue(changed);
            }
            reply(committed);
        }
        Outcome::Rollback(reply) => {
            transaction.rollback().await.ok();
            reply(Ok(()));
        }
    }
}

/// SQLite: body of the writer's thread, which has its own runtime.
fn run_writer_thread(inbox: Inbox<Job, ()>, worker: impl FnOnce() -> SqliteWorker) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(async { inbox.serve(worker()).await }),
        // Drops the inbox, which fails every write.
        Err(error) => tracing::error!(%error, "can't start the writer"),
    }
}

/// SQLite: owns the only connection that writes.
struct SqliteWorker {
    connector: Connector,
    file_guard: Arc<DatabaseFileGuard>,
    changes: ChangeBroadcaster,
    checkpoints: CheckpointHandle,
    poller: DataVersionPoller,
    connection: Option<AnyConnection>,
}

impl BatchWorker for SqliteWorker {
    type Request = Job;
    type Response = ();

    async fn run(&mut self, jobs: Vec<Job>) -> BatchOutcome<Job, ()> {
        // Each job replies to its caller directly.
        let responses = vec![(); jobs.len()];
        if let Some(mut connection) = self.take_connection().await {
            let committed = self.run_jobs(&mut connection, jobs).await;
            self.checkpoints.notify_commit();
            self.put_back(connection, committed);
        }
        BatchOutcome::Completed(responses)
    }

    async fn due(&mut self) {
        self.poller.due().await;
    }

    async fn tick(&mut self) {
        if let Some(mut connection) = self.take_connection().await {
            let polled = self.poller.poll(&mut connection).await;
            self.put_back(connection, polled.map_err(StoreError::from));
        }
    }

    async fn close(self) {
        if let Some(connection) = self.connection {
            connection.close().await.ok();
        }
    }
}

impl SqliteWorker {
    /// Returns the open connection or a new one. `None` fails the waiting callers.
    async fn take_connection(&mut self) -> Option<AnyConnection> {
        // Connecting would create an empty file in place of a missing one. The guard logs the
        // error.
        self.file_guard.ensure_present().ok()?;
        if let Some(open) = self.connection.take() {
            return Some(open);
        }
        match self.connector.connect_writer().await {
            Ok(open) => {
                self.poller.reset();
                Some(open)
            }
            Err(error) => {
                tracing::warn!(%error, "can't open the writing connection");
                None
            }
        }
    }

    /// Drops the connection after an error, because its state is unknown.
    fn put_back(&mut self, connection: AnyConnection, outcome: Result<(), StoreError>) {
        match outcome {
            Ok(()) => self.connection = Some(connection),
            Err(error) => tracing::warn!(%error, "write batch failed to commit"),
        }
    }

    /// Runs the jobs, commits, then replies. After an error, the outcome of the batch is unknown:
    /// callers whose jobs ran get the error, and the others get [`StoreError::Aborted`].
    async fn run_jobs(
        &mut self,
        connection: &mut AnyConnection,
        jobs: Vec<Job>,
    ) -> Result<(), StoreError> {
        let mut replies = Vec::with_capacity(jobs.len());
        histogram!("keywright_writer_batch_units").record(to_f64(jobs.len()));
        let started = Instant::now();
        let committed = self
            .run_and_commit(connection, jobs, &mut replies)
            .await
            .map(|changed| self.changes.publish(&changed))
            .map_err(StoreError::from);
        histogram!("keywright_writer_commit_seconds").record(started.elapsed());
        for reply in replies {
            reply(committed.clone());
        }
        committed
    }

    /// Runs the batch, collects replies, and returns the change set of the committed jobs. A job
    /// that did not run is dropped together with its reply.
    ///
    /// The connection must not be used after an error. Two statements in one string share a round
    /// trip to SQLite's thread, which is most of the cost of a statement.
    async fn run_and_commit(
        &mut self,
        connection: &mut AnyConnection,
        jobs: Vec<Job>,
        replies: &mut Vec<Reply>,
    ) -> Result<ChangeSet, sqlx::Error> {
        let mut changed = ChangeSet::empty();
        // Within a savepoint, SQLite copies each page before changing it. A single job needs no
        // savepoint.
        let (mut begin, rollback) = match jobs.len() {
            1 => ("BEGIN IMMEDIATE", "ROLLBACK; BEGIN IMMEDIATE"),
            _ => ("BEGIN IMMEDIATE; SAVEPOINT unit", "ROLLBACK TO unit"),
        };
        for job in jobs {
            connection.execute(begin).await?;
            match job(connection, Engine::Sqlite).await {
                Outcome::Commit(job_changes, reply) => {
                    replies.push(reply);
                    changed = changed.merge(job_changes);
                }
                Outcome::Rollback(reply) => {
                    replies.push(reply);
                    connection.execute(rollback).await?;
                }
            }
            begin = "RELEASE unit; SAVEPOINT unit";
        }
        connection.execute("COMMIT").await?;
        // A commit to a file that was moved or deleted meanwhile must not be confirmed.
        self.file_guard.ensure_present()?;
        Ok(changed)
    }
}

/// Converts a count for a histogram.
#[expect(
    clippy::cast_precision_loss,
    reason = "a batch has a few hundred jobs at most"
)]
fn to_f64(number: usize) -> f64 {
    number as f64
}
