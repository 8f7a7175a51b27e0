//! SQLite: detects commits by other processes on the same file, such as the command line. They
//! can't report what they changed, but the file shows that they committed.

use std::time::Duration;

use sqlx::AnyConnection;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{Changed, Changes};

/// Polling interval. A poll does not read the file: the counter is in shared memory.
const EVERY: Duration = Duration::from_millis(250);

/// Polls over the writing connection: `PRAGMA data_version` counts all commits except those of
/// its own connection, so this process's writes don't count.
pub(crate) struct Neighbours {
    changes: Changes,
    /// Result of the last poll. Only comparable within one connection.
    version: Option<i64>,
    tick: Interval,
}

impl Neighbours {
    pub(crate) fn new(changes: Changes) -> Self {
        let mut tick = interval(EVERY);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            changes,
            version: None,
            tick,
        }
    }

    /// Resolves when a poll is due, which is never while there are no subscribers. Cancel-safe.
    pub(crate) async fn due(&mut self) {
        if self.changes.rest() {
            return self.changes.wanted().await;
        }
        tokio::select! {
            _ = self.tick.tick() => {}
            () = self.changes.wanted() => {}
        }
    }

    /// Starts over with another connection.
    pub(crate) fn begin_anew(&mut self) {
        self.version = None;
        self.changes.lose();
    }

    /// Polls, and wakes all subscribers if another process has committed.
    pub(crate) async fn look(&mut self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let version = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(connection)
            .await?;
        let before = self.version.replace(version);
        if !*self.changes.0.following.borrow() {
            self.changes.follow();
        } else if before != self.version {
            self.changes.publish(&Changed::Everything);
        }
        Ok(())
    }
}
