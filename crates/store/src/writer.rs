//! Where units of work become transactions.
//!
//! SQLite has one writer, whoever they are; so one thread owns the one writing connection, takes the jobs that have queued
//! up, runs each in a savepoint of one `BEGIN IMMEDIATE`, commits once, and only then answers them all. The cost of
//! making a commit durable is so shared by everyone who waits for it. It is a thread of its own because a job is one statement after
//! another: between them it would wait, each time, until the threads that answer requests find the time to go on with it. On
//! PostgreSQL each job is a transaction.

use std::{
    io, mem,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use futures::{FutureExt, future::BoxFuture};
use metrics::histogram;
use sqlx::{AnyConnection, AnyPool, Connection, Executor};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
    time::Instant,
};

use crate::{
    Changes, Engine, StoreError, Tx,
    changes::{Changed, Neighbours, Sender},
    checkpoints::{self, WritersPart},
    connect::Connector,
    database_file::DatabaseFile,
};

/// Jobs that may wait before callers wait for a place in the queue.
const QUEUE: usize = 1024;

/// Most jobs in one commit: bounds how long the first of them waits for the last.
const BATCH: usize = 256;

/// Jobs that may be under way on PostgreSQL at once: more than there can be connections, so that nobody waits here.
const UNDER_WAY: u32 = 1 << 20;

/// What a finished job does once it is known whether its commit held.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Whether what a job wrote is to be kept.
enum Outcome {
    Keep(Changed, Answer),
    Undo(Answer),
}

/// A job: writes, and says what to answer.
type Job = Box<dyn for<'c> FnOnce(&'c mut AnyConnection, Engine) -> BoxFuture<'c, Outcome> + Send>;

#[derive(Clone)]
pub(crate) enum Writer {
    Queued(Arc<Queue>),
    Direct(Direct),
}

/// PostgreSQL: where jobs run, and who is told of them.
#[derive(Clone)]
pub(crate) struct Direct {
    pool: AnyPool,
    changes: Changes,
    sender: Sender,
    under_way: Arc<Semaphore>,
}

pub(crate) struct Queue {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    /// Ends with the thread, and what it tells of its commits with it.
    ended: Mutex<Option<(oneshot::Receiver<()>, JoinHandle<()>)>>,
}

impl Writer {
    /// For PostgreSQL.
    pub(crate) fn direct(pool: AnyPool, changes: Changes, sender: Sender) -> Self {
        Self::Direct(Direct {
            pool,
            changes,
            sender,
            under_way: Arc::new(Semaphore::new(UNDER_WAY as usize)),
        })
    }

    /// For SQLite.
    pub(crate) fn queued(
        connector: Connector,
        file: Arc<DatabaseFile>,
        changes: Changes,
    ) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (end, ended) = oneshot::channel();
        let (checkpoints, task) = checkpoints::start(connector.clone(), file.clone());
        thread::Builder::new()
            .name("keywright-writer".into())
            .spawn(move || {
                // Made here, for it must not be dropped in another one.
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .build();
                match runtime {
                    Ok(runtime) => {
                        runtime.block_on(run(connector, file, changes, checkpoints, queue));
                    }
                    // The queue is gone with it: whoever writes is told.
                    Err(error) => tracing::error!(%error, "nothing can be written"),
                }
                drop(end);
            })?;
        Ok(Self::Queued(Arc::new(Queue {
            jobs: Mutex::new(Some(jobs)),
            ended: Mutex::new(Some((ended, task))),
        })))
    }

    /// See [`crate::Store::write`].
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = job(work, answer);
        match self {
            Self::Queued(queue) => queue.send(job).await?,
            // A task of its own: a caller that goes away can't leave the job half-way.
            Self::Direct(direct) => {
                let permit = direct.under_way.clone().acquire_owned().await;
                let permit = permit.map_err(|_| StoreError::Aborted)?;
                tokio::spawn(run_alone(direct.clone(), job, permit));
            }
        }
        answered.await.unwrap_or(Err(StoreError::Aborted.into()))
    }

    /// How many units of work wait in the queue; where there is none, how many are under way.
    pub(crate) fn waiting(&self) -> usize {
        match self {
            Self::Queued(queue) => {
                let jobs = lock(&queue.jobs);
                jobs.as_ref()
                    .map_or(0, |jobs| jobs.max_capacity() - jobs.capacity())
            }
            Self::Direct(direct) => UNDER_WAY as usize - direct.under_way.available_permits(),
        }
    }

    /// Whether validates are put down in a log first.
    pub(crate) fn keeps_a_log(&self) -> bool {
        matches!(self, Self::Queued(_))
    }

    /// Whether it takes no more jobs.
    pub(crate) fn is_closed(&self) -> bool {
        match self {
            Self::Queued(queue) => lock(&queue.jobs).is_none(),
            Self::Direct(direct) => direct.under_way.is_closed(),
        }
    }

    /// Waits until every job that was taken is done, and takes no more.
    pub(crate) async fn close(&self) {
        match self {
            Self::Queued(queue) => {
                lock(&queue.jobs).take();
                let ended = lock(&queue.ended).take();
                if let Some((ended, checkpoints)) = ended {
                    ended.await.ok();
                    checkpoints.await.ok();
                }
            }
            Self::Direct(direct) => {
                let all = direct.under_way.acquire_many(UNDER_WAY).await;
                direct.under_way.close();
                drop(all);
            }
        }
    }
}

impl Queue {
    async fn send(&self, job: Job) -> Result<(), StoreError> {
        let sender = lock(&self.jobs).clone().ok_or(StoreError::Aborted)?;
        sender.send(job).await.map_err(|_| StoreError::Aborted)
    }
}

/// These mutexes only guard a swap, which can't panic half-way: a poisoned one is as good as new.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wraps typed work into a job that answers over a channel.
fn job<T, E, F>(work: F, answer: oneshot::Sender<Result<T, E>>) -> Job
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
    F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
{
    Box::new(move |connection, engine| {
        async move {
            let mut tx = Tx::new(connection, engine);
            // A panic in one job must not take the writer, and with it everyone else's writes, away.
            let result = AssertUnwindSafe(async { work(&mut tx).await })
                .catch_unwind()
                .await
                .unwrap_or(Err(StoreError::Aborted.into()));
            let keep = result.is_ok();
            let answer: Answer = Box::new(move |committed| {
                // Nobody may be waiting any more; the work is done all the same.
                answer.send(committed.map_err(E::from).and(result)).ok();
            });
            if keep {
                Outcome::Keep(tx.changed, answer)
            } else {
                Outcome::Undo(answer)
            }
        }
        .boxed()
    })
}

/// PostgreSQL: one job, one transaction. Whoever closes the store waits for the permit to come back.
async fn run_alone(direct: Direct, job: Job, _permit: OwnedSemaphorePermit) {
    let began = Instant::now();
    let mut transaction = match direct.pool.begin().await {
        Ok(transaction) => transaction,
        // Dropping the job drops its channel, so its caller is told; the log holds why.
        Err(error) => return tracing::warn!(%error, "no connection for a write"),
    };
    match job(&mut transaction, Engine::Postgres).await {
        Outcome::Keep(changed, answer) => {
            let committed = transaction.commit().await.map_err(StoreError::from);
            histogram!("keywright_writer_commit_seconds").record(began.elapsed());
            // Before it is answered: who then closes the store has told everyone.
            if committed.is_ok() && !changed.is_nothing() {
                direct.changes.publish(&changed);
                direct.sender.send(changed);
            }
            answer(committed);
        }
        Outcome::Undo(answer) => {
            transaction.rollback().await.ok();
            answer(Ok(()));
        }
    }
}

/// What the writer does next.
enum Task {
    Write,
    Look,
    Checkpoint,
}

/// SQLite: what the writer's thread does.
async fn run(
    connector: Connector,
    file: Arc<DatabaseFile>,
    changes: Changes,
    mut checkpoints: WritersPart,
    mut queue: mpsc::Receiver<Job>,
) {
    let mut connection = None;
    let mut jobs = Vec::new();
    let mut neighbours = Neighbours::new(changes.clone());
    loop {
        let task = tokio::select! {
            received = queue.recv_many(&mut jobs, BATCH) => match received {
                0 => break,
                _ => Task::Write,
            },
            () = neighbours.due() => Task::Look,
            () = checkpoints.is_asked() => Task::Checkpoint,
        };
        let batch = mem::take(&mut jobs);
        // Opening would make an empty file where one is missing. It is logged where it is found.
        if file.is_in_place().is_err() {
            continue;
        }
        let mut open = match connection.take() {
            Some(open) => open,
            None => match connector.connect_writer().await {
                Ok(open) => {
                    neighbours.begin_anew();
                    open
                }
                Err(error) => {
                    tracing::warn!(%error, "no connection for writes");
                    continue;
                }
            },
        };
        let done = match task {
            Task::Write => {
                let done = run_batch(&mut open, batch, &file, &changes).await;
                checkpoints.committed();
                done
            }
            Task::Look => neighbours.look(&mut open).await.map_err(StoreError::from),
            Task::Checkpoint => checkpoints
                .finish(&mut open)
                .await
                .map_err(StoreError::from),
        };
        match done {
            Ok(()) => connection = Some(open),
            // Whatever state the connection is in, the next batch starts with a fresh one.
            Err(error) => tracing::warn!(%error, "a batch of writes was not answered as kept"),
        }
    }
    if let Some(connection) = connection {
        connection.close().await.ok();
    }
}

/// Runs every job in a savepoint, commits, answers. An error means that nothing of the batch can be relied on; its
/// callers are told so.
async fn run_batch(
    connection: &mut AnyConnection,
    batch: Vec<Job>,
    file: &DatabaseFile,
    changes: &Changes,
) -> Result<(), StoreError> {
    let mut answers = Vec::with_capacity(batch.len());
    histogram!("keywright_writer_batch_units").record(count(batch.len()));
    let began = Instant::now();
    let committed = run_and_commit(connection, batch, file, &mut answers)
        .await
        .map(|changed| changes.publish(&changed))
        .map_err(StoreError::from);
    histogram!("keywright_writer_commit_seconds").record(began.elapsed());
    for answer in answers {
        answer(committed.clone());
    }
    committed
}

/// For a measure: exact up to far more than there ever are.
#[expect(
    clippy::cast_precision_loss,
    reason = "a batch has a few hundred at most"
)]
fn count(number: usize) -> f64 {
    number as f64
}

/// Collects the answers of the jobs that ran, and gives what those leave to be told that are kept. A job that did not run is
/// dropped, and with it its caller's channel.
///
/// The connection is not to be used again after an error. Where two statements stand together, they cost one way to SQLite's
/// thread and back, which is most of what a statement costs.
async fn run_and_commit(
    connection: &mut AnyConnection,
    batch: Vec<Job>,
    file: &DatabaseFile,
    answers: &mut Vec<Answer>,
) -> Result<Changed, sqlx::Error> {
    let mut changed = Changed::nothing();
    // For a savepoint SQLite copies each page before it is changed: who is alone needs none.
    let (mut begin, undo) = match batch.len() {
        1 => ("BEGIN IMMEDIATE", "ROLLBACK; BEGIN IMMEDIATE"),
        _ => ("BEGIN IMMEDIATE; SAVEPOINT unit", "ROLLBACK TO unit"),
    };
    for job in batch {
        connection.execute(begin).await?;
        match job(connection, Engine::Sqlite).await {
            Outcome::Keep(of_job, answer) => {
                answers.push(answer);
                changed = changed.and(of_job);
            }
            Outcome::Undo(answer) => {
                answers.push(answer);
                connection.execute(undo).await?;
            }
        }
        begin = "RELEASE unit; SAVEPOINT unit";
    }
    connection.execute("COMMIT").await?;
    // What went to a file that was taken away meanwhile must not be answered.
    file.is_in_place()?;
    Ok(changed)
}
