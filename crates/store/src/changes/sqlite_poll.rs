//! SQLite: other processes on the same file, such as the command line beside the server. They can't tell what they
//! changed, but the file tells that they did.

use std::time::Duration;

use sqlx::AnyConnection;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{Changed, Changes};

/// How often the file is asked. It costs no reading of the file: the number is in shared memory.
const EVERY: Duration = Duration::from_millis(250);

/// Looks for commits of others, over the connection that writes: `PRAGMA data_version` counts all commits but those of
/// its own connection, so that on this one our own do not count.
pub(crate) struct Neighbours {
    changes: Changes,
    /// What the connection said last; a number of another connection means nothing.
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

    /// Ends when it is time to look: never while nobody watches. May be dropped before.
    pub(crate) async fn due(&mut self) {
        if self.changes.rest() {
            return self.changes.wanted().await;
        }
        tokio::select! {
            _ = self.tick.tick() => {}
            () = self.changes.wanted() => {}
        }
    }

    /// The connection is another one.
    pub(crate) fn begin_anew(&mut self) {
        self.version = None;
        self.changes.lose();
    }

    /// Looks, and wakes everybody if somebody else has written.
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
