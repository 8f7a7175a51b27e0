//! SQLite: checkpoints the write-ahead log in the background.
//!
//! Otherwise the writer would run checkpoints at the end of a commit and stall every caller that
//! waits for that commit. `PASSIVE` never blocks; it copies as many pages as it can. Once the log
//! is long, the writer's `wal_autocheckpoint` copies the remaining pages, so that SQLite can reuse
//! the log from the beginning.

use std::{sync::Arc, time::Duration};

use sqlx::{AnyConnection, Connection, Executor};
use tokio::{
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout_at},
};

use super::{Connector, file_guard::DatabaseFileGuard};

/// Time between two checkpoints while there are commits. Pages that change several times within the
/// interval are copied once.
const CHECKPOINT_INTERVAL: Duration = Duration::from_millis(250);

/// Notifies the background task of commits. Dropping it stops the task.
pub(crate) struct CheckpointHandle {
    commits: mpsc::Sender<()>,
}

impl CheckpointHandle {
    pub(crate) fn notify_commit(&self) {
        // If the channel is full, the task has already been notified.
        self.commits.try_send(()).ok();
    }
}

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
        // Stops early when the writer is closed: closing the last connection copies the rest.
        if timeout_at(next, wait_closed(&mut commits)).await.is_ok() {
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
        // Connecting would create an empty file in place of a missing one.
        file_guard.ensure_present()?;
        connector.connect().await?
    };
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").await?;
    Ok(connection)
}

/// Resolves when the writer is closed.
async fn wait_closed(commits: &mut mpsc::Receiver<()>) {
    while commits.recv().await.is_some() {}
}
