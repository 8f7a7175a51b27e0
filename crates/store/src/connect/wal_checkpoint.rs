//! SQLite: copies the write-ahead log into the database file in the background.
//!
//! Otherwise the writer does it at the end of a commit, and every caller that waits for one stalls
//! meanwhile. `PASSIVE` never blocks; it copies as many pages as it can. The writer's
//! `wal_autocheckpoint` copies the little that is left once the log is long, so that SQLite can
//! start it over from the beginning.

use std::{sync::Arc, time::Duration};

use sqlx::{AnyConnection, Connection, Executor};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use super::{Connector, file_guard::DatabaseFileGuard};

/// Time between two checkpoints while there are commits: pages that change several times meanwhile
/// are copied once.
const CHECKPOINT_INTERVAL: Duration = Duration::from_millis(250);

/// Tells the background task of commits. It ends when this is dropped.
pub(crate) struct CheckpointHandle {
    commits: mpsc::Sender<()>,
}

impl CheckpointHandle {
    pub(crate) fn committed(&self) {
        // A full queue means that the task knows already.
        self.commits.try_send(()).ok();
    }
}

/// Starts the background task.
pub(crate) fn start(
    connector: Connector,
    file_guard: Arc<DatabaseFileGuard>,
) -> (CheckpointHandle, JoinHandle<()>) {
    let (commits, inbox) = mpsc::channel(1);
    let task = tokio::spawn(run(connector, file_guard, inbox));
    (CheckpointHandle { commits }, task)
}

async fn run(
    connector: Connector,
    file_guard: Arc<DatabaseFileGuard>,
    mut commits: mpsc::Receiver<()>,
) {
    let mut connection = None;
    let mut next = Instant::now();
    while commits.recv().await.is_some() {
        // Ends early with the writer: closing the last connection copies the rest.
        if timeout_at(next, closed(&mut commits)).await.is_ok() {
            break;
        }
        next = Instant::now() + CHECKPOINT_INTERVAL;
        // A failed checkpoint loses nothing: the pages stay in the log.
        match checkpoint(&connector, &file_guard, connection.take()).await {
            Ok(open) => connection = Some(open),
            Err(error) => tracing::warn!(%error, "background checkpoint failed"),
        }
    }
    if let Some(connection) = connection {
        connection.close().await.ok();
    }
}

async fn checkpoint(
    connector: &Connector,
    file_guard: &DatabaseFileGuard,
    connection: Option<AnyConnection>,
) -> Result<AnyConnection, sqlx::Error> {
    let mut connection = if let Some(open) = connection {
        open
    } else {
        // Opening would create an empty file in place of a missing one.
        file_guard.ensure_present()?;
        connector.connect().await?
    };
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").await?;
    Ok(connection)
}

/// Resolves when the writer is gone.
async fn closed(commits: &mut mpsc::Receiver<()>) {
    while commits.recv().await.is_some() {}
}
