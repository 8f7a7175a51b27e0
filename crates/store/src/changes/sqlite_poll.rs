//! SQLite: detects commits by other processes on the same file, such as the command line. They
//! don't report their changes, but the file shows that they committed.

use std::time::Duration;

use sqlx::AnyConnection;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{ChangeBroadcaster, ChangeSet};

/// Polling interval. A poll does not read the file: the counter is in shared memory.
const POLL_INTERVAL: Duration = Duration::from_millis(250);

/// Polls over the writing connection: `PRAGMA data_version` counts all commits except those of its
/// own connection, so it ignores this process's writes.
pub(crate) struct DataVersionPoller {
    changes: ChangeBroadcaster,
    /// Result of the last poll. Only comparable within one connection.
    last_version: Option<i64>,
    tick: Interval,
}

impl DataVersionPoller {
    pub(crate) fn new(changes: ChangeBroadcaster) -> Self {
        let mut tick = interval(POLL_INTERVAL);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self {
            changes,
            last_version: None,
            tick,
        }
    }

    /// Resolves when a poll is due. Pending while there are no subscribers. Cancel-safe.
    pub(crate) async fn due(&mut self) {
        if self.changes.stop_if_unused() {
            return self.changes.tracking_requested().await;
        }
        tokio::select! {
            _ = self.tick.tick() => {}
            () = self.changes.tracking_requested() => {}
        }
    }

    /// Discards the last result. Call this after the connection was replaced.
    pub(crate) fn reset(&mut self) {
        self.last_version = None;
        self.changes.set_offline();
    }

    /// Polls, and wakes all subscribers if another process has committed.
    pub(crate) async fn poll(&mut self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let version = sqlx::query_scalar("PRAGMA data_version")
            .fetch_one(connection)
            .await?;
        let before = self.last_version.replace(version);
        if !*self.changes.0.is_tracking.borrow() {
            self.changes.set_online();
        } else if before != self.last_version {
            self.changes.publish(&ChangeSet::Everything);
        }
        Ok(())
    }
}
