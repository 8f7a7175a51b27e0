//! What a device's call notes about its instance and its SDK key, collected so that a validate costs no commit of its own.

use std::{collections::BTreeMap, future::pending, sync::Arc, time::Duration};

use futures::FutureExt;
use keywright_domain::{
    activation::{LastLease, Telemetry},
    ids::{InstanceId, LicenseId, TenantId},
    sdk_key::SdkKeyHash,
    time::Timestamp,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, sleep_until, timeout_at},
};

use crate::{
    KnownDevice, StoreError,
    validations::{ActivationNumber, LogHead, Validation},
    writer::Writer,
};

/// How long a first note may wait for company. With the time of the commit it stays under 250 ms.
const DELAY: Duration = Duration::from_millis(200);

/// How long a validate stays in SQLite's log, at most, before it is put into its table: the more there are, the more share a page.
const REST: Duration = Duration::from_mins(30);

/// The same for what another process may have left.
const FIRST_REST: Duration = Duration::from_mins(1);

/// Validates in the log that are put there sooner: whoever shows a license's devices reads them all.
const MANY: usize = 131_072;

/// How a log of validates is put into its table.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    /// So many of the oldest, sorted; then the next. Each of their parts reads all of these: were they as many as the log has, a long log
    /// would never become shorter.
    pub(crate) sorted: i64,
    /// Those in one unit of work, so that nobody waits long for the writer.
    pub(crate) at_once: i64,
}

/// A log that is due ([`MANY`]) goes in one, with what comes meanwhile.
const PACE: Pace = Pace {
    sorted: 2 * 131_072,
    at_once: 16_384,
};

/// That an instance asked for a lease, and what it said.
#[derive(Debug, Clone)]
pub struct Touch {
    /// Whose.
    pub tenant: TenantId,
    /// Of which license.
    pub license: LicenseId,
    /// Which instance.
    pub instance: InstanceId,
    /// When.
    pub at: Timestamp,
    /// What it was given.
    pub lease: LastLease,
    /// What it said about itself.
    pub telemetry: Telemetry,
}

/// That a device came with an SDK key.
#[derive(Debug, Clone)]
pub struct SdkKeyUse {
    /// Whose.
    pub tenant: TenantId,
    /// Which key.
    pub hash: SdkKeyHash,
    /// When.
    pub at: Timestamp,
}

/// The newest note of each instance and key that is not written yet. Sorted, so that two servers that write the same rows of
/// one PostgreSQL lock them in the same order.
#[derive(Clone, Default)]
struct Pending {
    /// Of those that said something new of themselves.
    instances: BTreeMap<(TenantId, LicenseId, InstanceId), Touch>,
    /// Of all others.
    validations: BTreeMap<ActivationNumber, Validation>,
    sdk_keys: BTreeMap<(TenantId, SdkKeyHash), SdkKeyUse>,
}

/// Notes that may wait while the database is busy. What comes beyond is dropped: times last seen, nothing else.
const QUEUE: usize = 65_536;

pub(crate) struct Touches {
    notes: mpsc::Sender<Note>,
}

enum Note {
    Touch(Box<Touch>),
    Validation(ActivationNumber, Validation),
    SdkKeyUse(SdkKeyUse),
    Flush(oneshot::Sender<()>),
}

impl Touches {
    pub(crate) fn start(writer: Writer) -> Self {
        let (notes, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(run(writer, inbox));
        Self { notes }
    }

    pub(crate) fn add(&self, touch: Touch, device: &KnownDevice) {
        if device.telemetry.is_changed_by(&touch.telemetry) {
            return self.note(Note::Touch(Box::new(touch)));
        }
        let Touch {
            tenant,
            license,
            at,
            lease,
            ..
        } = touch;
        let validation = Validation {
            tenant,
            license,
            at,
            lease,
        };
        self.note(Note::Validation(device.number, validation));
    }

    pub(crate) fn add_sdk_key_use(&self, used: SdkKeyUse) {
        self.note(Note::SdkKeyUse(used));
    }

    fn note(&self, note: Note) {
        if self.notes.try_send(note).is_err() {
            tracing::warn!("the database is too busy to note when a device was seen");
        }
    }

    pub(crate) async fn flush(&self) {
        let (done, finished) = oneshot::channel();
        if self.notes.send(Note::Flush(done)).await.is_ok() {
            finished.await.ok();
        }
    }
}

/// Collects for a moment, writes, and begins anew with what could not be written.
async fn run(writer: Writer, mut inbox: mpsc::Receiver<Note>) {
    let mut pending = Pending::default();
    let mut settling = Settling::of(&writer);
    loop {
        let mut flushed = None;
        if pending.is_empty() {
            tokio::select! {
                note = inbox.recv() => match note {
                    Some(note) => flushed = collect(note, &mut pending),
                    None => return,
                },
                () = is_due(&mut settling) => continue,
            }
        }
        let deadline = Instant::now() + DELAY;
        while flushed.is_none() {
            match timeout_at(deadline, inbox.recv()).await {
                Ok(Some(note)) => flushed = collect(note, &mut pending),
                Ok(None) | Err(_) => break,
            }
        }
        let noted = pending.validations.len();
        pending = write(&writer, pending).await;
        if let Some(settling) = settling.as_mut().filter(|_| pending.is_empty()) {
            settling.count(noted);
        }
        if let Some(flushed) = flushed {
            flushed.send(()).ok();
        }
        if inbox.is_closed() && inbox.is_empty() {
            return;
        }
    }
}

/// SQLite: puts the log of validates into their table, from time to time and beside all else.
struct Settling {
    writer: Writer,
    schedule: Schedule,
    task: Option<JoinHandle<()>>,
}

/// When that is next.
#[derive(Debug)]
struct Schedule {
    /// Validates in the log, as far as this process knows.
    noted: usize,
    at: Instant,
}

impl Schedule {
    fn after(rest: Duration) -> Self {
        Self {
            noted: 0,
            at: Instant::now() + rest,
        }
    }

    /// So many more are in the log; says whether it is time.
    fn note(&mut self, noted: usize) -> bool {
        self.noted += noted;
        self.noted >= MANY || self.at <= Instant::now()
    }
}

impl Settling {
    /// None where there is no log.
    fn of(writer: &Writer) -> Option<Self> {
        writer.keeps_a_log().then(|| Self {
            writer: writer.clone(),
            schedule: Schedule::after(FIRST_REST),
            task: None,
        })
    }

    /// So many validates were noted.
    fn count(&mut self, noted: usize) {
        if self.schedule.note(noted) {
            self.begin();
        }
    }

    fn begin(&mut self) {
        if self.task.as_ref().is_some_and(|task| !task.is_finished()) {
            // The next time.
            self.schedule.at = Instant::now() + REST;
            return;
        }
        self.schedule = Schedule::after(REST);
        self.task = Some(tokio::spawn(settle(self.writer.clone())));
    }
}

/// Ends when it is time to settle; may be dropped before.
async fn is_due(settling: &mut Option<Settling>) {
    match settling {
        Some(settling) => {
            sleep_until(settling.schedule.at).await;
            settling.begin();
        }
        None => pending().await,
    }
}

async fn settle(writer: Writer) {
    match settle_all(&writer, PACE).await {
        Ok(()) => {}
        Err(_) if writer.is_closed() => {}
        Err(error) => {
            tracing::warn!(%error, "the log of validates could not be settled yet");
        }
    }
}

/// Until all that was there is settled. Whatever a unit of work that fails leaves is settled the next time.
pub(crate) async fn settle_all(writer: &Writer, pace: Pace) -> Result<(), StoreError> {
    loop {
        let head: Result<LogHead, StoreError> = writer
            .write(move |tx| tx.oldest_validations(pace.sorted).boxed())
            .await;
        let head = head?;
        for part in head.parts(pace.at_once) {
            writer
                .write(|tx| tx.settle_validations(part).boxed())
                .await?;
        }
        if head.is_whole {
            return Ok(());
        }
    }
}

fn collect(note: Note, pending: &mut Pending) -> Option<oneshot::Sender<()>> {
    match note {
        Note::Flush(done) => return Some(done),
        Note::Touch(touch) => {
            let place = (touch.tenant.clone(), touch.license, touch.instance);
            let merged = match pending.instances.remove(&place) {
                Some(earlier) => touch.after(earlier),
                None => *touch,
            };
            pending.instances.insert(place, merged);
        }
        Note::Validation(number, validation) => {
            let newest = pending
                .validations
                .entry(number)
                .or_insert_with(|| validation.clone());
            if newest.at < validation.at {
                *newest = validation;
            }
        }
        Note::SdkKeyUse(used) => {
            let place = (used.tenant.clone(), used.hash);
            let noted = pending.sdk_keys.entry(place).or_insert(used.clone());
            noted.at = noted.at.max(used.at);
        }
    }
    None
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.instances.is_empty() && self.validations.is_empty() && self.sdk_keys.is_empty()
    }
}

impl Touch {
    /// This note, with what only an earlier one of the same instance said.
    fn after(self, earlier: Self) -> Self {
        let (newer, older) = if self.at >= earlier.at {
            (self, earlier)
        } else {
            (earlier, self)
        };
        Self {
            telemetry: newer.telemetry.or(older.telemetry),
            ..newer
        }
    }
}

/// Writes the notes together; gives back what is to be tried again.
async fn write(writer: &Writer, pending: Pending) -> Pending {
    if pending.is_empty() {
        return pending;
    }
    let notes = Arc::new(pending);
    match write_seen(writer, notes.clone()).await {
        Ok(()) => Pending::default(),
        Err(error @ (StoreError::Unavailable(_) | StoreError::Aborted)) if !writer.is_closed() => {
            tracing::warn!(%error, "when devices were seen could not be written yet");
            Arc::unwrap_or_clone(notes)
        }
        Err(error) => {
            tracing::error!(%error, "when some devices were seen was not written");
            Pending::default()
        }
    }
}

async fn write_seen(writer: &Writer, notes: Arc<Pending>) -> Result<(), StoreError> {
    writer
        .write(move |tx| {
            async move {
                let touches: Vec<&Touch> = notes.instances.values().collect();
                for of_tenant in touches.chunk_by(|one, next| one.tenant == next.tenant) {
                    tx.touch_instances(&of_tenant[0].tenant, of_tenant).await?;
                }
                tx.note_validations(&notes.validations).await?;
                for used in notes.sdk_keys.values() {
                    tx.touch_sdk_key(used).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await
}

#[cfg(test)]
mod tests {
    use keywright_domain::lease::LeaseStatus;

    use super::*;

    fn touch(at: i64, app_version: Option<&str>, platform: Option<&str>) -> Touch {
        Touch {
            tenant: "acme".parse().unwrap(),
            license: "0".repeat(64).parse().unwrap(),
            instance: "00000000-0000-4000-8000-000000000001".parse().unwrap(),
            at: Timestamp::from_millis(at),
            lease: LastLease {
                status: LeaseStatus::Active,
                expires_at: Timestamp::from_millis(at + 7),
            },
            telemetry: Telemetry {
                app_version: app_version.map(str::to_owned),
                platform: platform.map(str::to_owned),
                ..Telemetry::default()
            },
        }
    }

    #[tokio::test(start_paused = true)]
    async fn validates_are_settled_after_a_while_or_when_there_are_many() {
        let mut schedule = Schedule::after(REST);
        assert!(!schedule.note(1));
        sleep_until(schedule.at).await;
        assert!(schedule.note(0));
        let mut schedule = Schedule::after(REST);
        assert!(!schedule.note(MANY - 1));
        assert!(schedule.note(1));
    }

    #[test]
    fn the_newer_note_wins_and_keeps_what_only_the_older_said() {
        let older = touch(1, Some("1.0"), Some("linux"));
        let newer = touch(2, Some("1.1"), None);
        for merged in [newer.clone().after(older.clone()), older.after(newer)] {
            assert_eq!(
                (merged.at.millis(), merged.lease.expires_at.millis()),
                (2, 9)
            );
            assert_eq!(merged.telemetry.app_version.as_deref(), Some("1.1"));
            assert_eq!(merged.telemetry.platform.as_deref(), Some("linux"));
        }
    }
}
