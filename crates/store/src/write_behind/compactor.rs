//! SQLite: periodically compacts the validation log into its table.

use std::time::Duration;

use futures::FutureExt;
use tokio::{
    task::JoinHandle,
    time::{Instant, sleep_until},
};

use crate::{StoreError, activations::validations::LogSegment, write::Writer};

/// Maximum time that a validation stays in the log. The more rows there are, the more of them
/// share a page write.
const COMPACTION_INTERVAL: Duration = Duration::from_mins(30);

/// Delay before the first compaction, for rows that an earlier process has left.
const FIRST_COMPACTION_DELAY: Duration = Duration::from_mins(1);

/// Rows in the log that trigger a compaction early, because showing the devices of a license
/// reads all of them.
const COMPACTION_THRESHOLD_ROWS: usize = 131_072;

#[derive(Clone, Copy)]
pub(crate) struct CompactionLimits {
    /// Rows in a segment, oldest first. Each part of a segment scans all of them.
    pub(crate) segment_rows: i64,
    /// Rows in a unit of work. Bounds how long other writes wait.
    pub(crate) part_rows: i64,
}

/// One segment holds a log that has reached the threshold, and the rows that arrive meanwhile.
const LIMITS: CompactionLimits = CompactionLimits {
    segment_rows: 2 * 131_072,
    part_rows: 16_384,
};

/// Decides when to compact the log, and does so in a task.
pub(super) struct Compactor {
    writer: Writer,
    schedule: Schedule,
    task: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Schedule {
    /// Rows that this process has added to the log since the last compaction.
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

    /// Counts rows, and returns whether a compaction is due.
    fn logged(&mut self, rows: usize) -> bool {
        self.logged_rows += rows;
        self.logged_rows >= COMPACTION_THRESHOLD_ROWS || self.next <= Instant::now()
    }
}

impl Compactor {
    /// Returns `None` for a database without a log.
    pub(super) fn new(writer: &Writer) -> Option<Self> {
        writer.has_validation_log().then(|| Self {
            writer: writer.clone(),
            schedule: Schedule::after(FIRST_COMPACTION_DELAY),
            task: None,
        })
    }

    /// Counts rows added to the log, and starts a compaction if one is due.
    pub(super) fn logged(&mut self, rows: usize) {
        if self.schedule.logged(rows) {
            self.start();
        }
    }

    /// Resolves when the next compaction is due by time.
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
        Err(error) => tracing::warn!(%error, "validation log compaction failed; retrying later"),
    }
}

/// Compacts the whole log. If a unit of work fails, its rows stay for the next compaction.
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
