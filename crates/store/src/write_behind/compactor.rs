//! SQLite: compacts the log of validations into its table from time to time.

use std::time::Duration;

use futures::FutureExt;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until},
};

use crate::{StoreError, activations::validations::LogSegment, write::Writer};

/// Maximum time a validation stays in the log: the more there are, the more share a page of the
/// table.
const COMPACTION_INTERVAL: Duration = Duration::from_mins(30);

/// The same for what an earlier process left.
const FIRST_COMPACTION_DELAY: Duration = Duration::from_mins(1);

/// Rows in the log that start a compaction sooner: showing the devices of a license reads them all.
const COMPACTION_THRESHOLD_ROWS: usize = 131_072;

/// Bounds of a compaction.
#[derive(Clone, Copy)]
pub(crate) struct CompactionLimits {
    /// Rows in a segment, the oldest first. Each of its parts scans all of them.
    pub(crate) segment_rows: i64,
    /// Rows in a unit of work, so that nothing waits long for the writer.
    pub(crate) part_rows: i64,
}

/// A log that reached the threshold is one segment, with what arrives meanwhile.
const LIMITS: CompactionLimits = CompactionLimits {
    segment_rows: 2 * 131_072,
    part_rows: 16_384,
};

/// Decides when the log is compacted, and does it in a task.
pub(super) struct Compactor {
    writer: Writer,
    schedule: Schedule,
    task: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Schedule {
    /// Rows that this process added to the log since the last compaction.
    logged_rows: usize,
    next: Instant,
}

impl Schedule {
    fn after(delay: Duration) -> Self {
        Self {
            logged_rows: 0,
            next: Instant::now() + delay,
        }
    }

    /// Counts rows; says whether it is time for a compaction.
    fn logged(&mut self, rows: usize) -> bool {
        self.logged_rows += rows;
        self.logged_rows >= COMPACTION_THRESHOLD_ROWS || self.next <= Instant::now()
    }
}

impl Compactor {
    /// `None` for a database without a log.
    pub(super) fn new(writer: &Writer) -> Option<Self> {
        writer.has_validation_log().then(|| Self {
            writer: writer.clone(),
            schedule: Schedule::after(FIRST_COMPACTION_DELAY),
            task: None,
        })
    }

    /// Counts rows that were added to the log, and starts a compaction once there are many.
    pub(super) fn logged(&mut self, rows: usize) {
        if self.schedule.logged(rows) {
            self.start();
        }
    }

    /// Resolves when a compaction is due by time.
    pub(super) async fn due(&self) {
        sleep_until(self.schedule.next).await;
    }

    /// Starts a compaction, unless one is running.
    pub(super) fn start(&mut self) {
        if self.task.as_ref().is_some_and(|task| !task.is_finished()) {
            self.schedule.next = Instant::now() + COMPACTION_INTERVAL;
            return;
        }
        self.schedule = Schedule::after(COMPACTION_INTERVAL);
        self.task = Some(tokio::spawn(compact(self.writer.clone())));
    }
}

async fn compact(writer: Writer) {
    match compact_all(&writer, LIMITS).await {
        Ok(()) => {}
        Err(_) if writer.is_closed() => {}
        Err(error) => tracing::warn!(%error, "compaction of the validation log failed; retrying"),
    }
}

/// Compacts the whole log. What a failed unit of work leaves is compacted the next time.
pub(crate) async fn compact_all(
    writer: &Writer,
    limits: CompactionLimits,
) -> Result<(), StoreError> {
    loop {
        let segment: Result<LogSegment, StoreError> = writer
            .write(move |tx| tx.oldest_log_segment(limits.segment_rows).boxed())
            .await;
        let segment = segment?;
        for part in segment.parts(limits.part_rows) {
            writer.write(|tx| tx.compact(part).boxed()).await?;
        }
        if segment.is_whole_log {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn compaction_is_due_by_time_or_by_rows() {
        let mut schedule = Schedule::after(COMPACTION_INTERVAL);
        assert!(!schedule.logged(1));
        sleep_until(schedule.next).await;
        assert!(schedule.logged(0));
        let mut schedule = Schedule::after(COMPACTION_INTERVAL);
        assert!(!schedule.logged(COMPACTION_THRESHOLD_ROWS - 1));
        assert!(schedule.logged(1));
    }
}
