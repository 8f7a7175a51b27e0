//! SQLite: bringing the log into the file while others write.
//!
//! Else whoever writes does it once the log is long, and keeps everybody who waits for a commit waiting for a quarter of a second. The
//! log can begin anew only where all of it is in the file, and while somebody writes there is always a little that is not: the writer
//! brings that, once it is little.

use std::{mem, sync::Arc, time::Duration};

use sqlx::{AnyConnection, Connection, Executor, Row};
use tokio::{sync::mpsc, task::JoinHandle, time::timeout};

use crate::{connect::Connector, database_file::DatabaseFile};

/// From a commit until it is brought into the file, at most: pages that change again meanwhile are brought once.
const REST: Duration = Duration::from_secs(1);

/// The same, at least.
const HURRY: Duration = Duration::from_millis(50);

/// Pages to be brought in one go, if it can be foreseen: 8 MiB.
const PAGES: u32 = 2_048;

/// Pages of a log that is to begin anew: 64 MiB.
const LONG: i64 = 16_384;

/// Pages that are left to the writer when it is asked: 1 MiB, and what came meanwhile.
const LITTLE: i64 = 256;

/// How often one more go is made for less to be left.
const GOES: u32 = 8;

/// What the writer has of it.
pub(crate) struct WritersPart {
    /// Told of each commit; what nobody has looked at yet counts once.
    commits: mpsc::Sender<()>,
    /// Asks it to bring what is left.
    asked: mpsc::Receiver<()>,
}

impl WritersPart {
    pub(crate) fn committed(&self) {
        // Told already.
        self.commits.try_send(()).ok();
    }

    /// Ends when the writer is to bring what is left. May be dropped before.
    pub(crate) async fn is_asked(&mut self) {
        if self.asked.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Brings what is left.
    pub(crate) async fn finish(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        connection.execute(CHECKPOINT).await?;
        Ok(())
    }
}

/// Holds nobody up, and brings what can be brought.
const CHECKPOINT: &str = "PRAGMA wal_checkpoint(PASSIVE)";

/// Brings the log into the file, from commit to commit, until the writer is gone.
pub(crate) fn start(
    connector: Connector,
    file: Arc<DatabaseFile>,
) -> (WritersPart, JoinHandle<()>) {
    let (commits, told) = mpsc::channel(1);
    let (ask, asked) = mpsc::channel(1);
    let checkpointer = Checkpointer {
        connector,
        file,
        connection: None,
        ask,
        brought: 0,
    };
    let task = tokio::spawn(checkpointer.run(told));
    (WritersPart { commits, asked }, task)
}

struct Checkpointer {
    connector: Connector,
    file: Arc<DatabaseFile>,
    connection: Option<AnyConnection>,
    ask: mpsc::Sender<()>,
    /// How many pages of the log were in the file last time.
    brought: i64,
}

/// What came of one go.
#[derive(Clone, Copy)]
struct Gone {
    /// Pages that it brought.
    pages: i64,
    /// Pages in the log.
    log: i64,
}

impl Checkpointer {
    async fn run(mut self, mut commits: mpsc::Receiver<()>) {
        let mut rest = REST;
        while commits.recv().await.is_some() {
            if timeout(rest, end(&mut commits)).await.is_ok() {
                // Whoever closes the last connection brings what is left.
                break;
            }
            match self.bring().await {
                Ok(pages) => rest = next_rest(rest, pages),
                // The writer does it when the log is very long.
                Err(error) => {
                    tracing::warn!(%error, "the log was not brought into the database file");
                }
            }
        }
        if let Some(connection) = self.connection {
            connection.close().await.ok();
        }
    }

    /// Brings what is there, and has a long log begin anew; says how many pages there were.
    async fn bring(&mut self) -> Result<i64, sqlx::Error> {
        let first = self.go().await?;
        let mut last = first;
        for _ in 0..GOES {
            if last.log <= LONG || last.pages <= LITTLE {
                break;
            }
            last = self.go().await?;
        }
        // Not where somebody reads what was before, and holds the rest up.
        if last.log > LONG && last.log - self.brought <= LITTLE {
            // Asked already.
            self.ask.try_send(()).ok();
        }
        Ok(first.pages)
    }

    async fn go(&mut self) -> Result<Gone, sqlx::Error> {
        // Opening would make an empty file where one is missing.
        self.file.is_in_place()?;
        let mut connection = match self.connection.take() {
            Some(open) => open,
            None => self.connector.connect().await?,
        };
        let row = sqlx::query(CHECKPOINT).fetch_one(&mut connection).await?;
        self.connection = Some(connection);
        let log: i64 = row.try_get("log")?;
        let brought: i64 = row.try_get("checkpointed")?;
        if brought < 0 {
            // The writer is about it: nothing is left to do.
            return Ok(Gone { pages: 0, log: 0 });
        }
        let before = mem::replace(&mut self.brought, brought);
        // Less than before: the log began anew.
        let pages = if brought < before {
            brought
        } else {
            brought - before
        };
        Ok(Gone { pages, log })
    }
}

/// After a rest in which so many pages came together.
fn next_rest(rest: Duration, pages: i64) -> Duration {
    let pages = u32::try_from(pages.clamp(1, 1 << 20)).unwrap_or(1);
    (rest * PAGES / pages).clamp(HURRY, REST)
}

/// Ends when nobody can tell of a commit any more.
async fn end(commits: &mut mpsc::Receiver<()>) {
    while commits.recv().await.is_some() {}
}
