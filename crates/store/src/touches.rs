//! What `/validate` notes about an instance, collected so that a validate costs no commit of its own.

use std::{collections::BTreeMap, time::Duration};

use futures::FutureExt;
use keywright_domain::{
    activation::{LastLease, Telemetry},
    ids::{InstanceId, LicenseId, TenantId},
    machine::MachineHash,
    time::Timestamp,
};
use tokio::sync::{mpsc, oneshot};

use crate::{StoreError, writer::Writer};

/// How long a first note may wait for company. With the time of the commit it stays under 250 ms.
const DELAY: Duration = Duration::from_millis(200);

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
    /// Its machine hash, to fill in where there is none.
    pub machine_hash: Option<MachineHash>,
    /// What it said about itself.
    pub telemetry: Telemetry,
}

/// The newest note of each instance that is not written yet. Sorted, so that two servers that write the same rows of one
/// PostgreSQL lock them in the same order.
type Pending = BTreeMap<(TenantId, LicenseId, InstanceId), Touch>;

pub(crate) struct Touches {
    notes: mpsc::UnboundedSender<Note>,
}

enum Note {
    Touch(Box<Touch>),
    Flush(oneshot::Sender<()>),
}

impl Touches {
    pub(crate) fn start(writer: Writer) -> Self {
        let (notes, inbox) = mpsc::unbounded_channel();
        tokio::spawn(run(writer, inbox));
        Self { notes }
    }

    pub(crate) fn add(&self, touch: Touch) {
        // The task ends only when this sender is gone.
        self.notes.send(Note::Touch(Box::new(touch))).ok();
    }

    pub(crate) async fn flush(&self) {
        let (done, finished) = oneshot::channel();
        if self.notes.send(Note::Flush(done)).is_ok() {
            finished.await.ok();
        }
    }
}

async fn run(writer: Writer, mut inbox: mpsc::UnboundedReceiver<Note>) {
    while let Some(first) = inbox.recv().await {
        let mut pending = Pending::new();
        let mut flushed = collect(first, &mut pending);
        let deadline = tokio::time::Instant::now() + DELAY;
        while flushed.is_none() {
            match tokio::time::timeout_at(deadline, inbox.recv()).await {
                Ok(Some(note)) => flushed = collect(note, &mut pending),
                Ok(None) | Err(_) => break,
            }
        }
        write(&writer, pending).await;
        if let Some(flushed) = flushed {
            flushed.send(()).ok();
        }
    }
}

fn collect(note: Note, pending: &mut Pending) -> Option<oneshot::Sender<()>> {
    match note {
        Note::Flush(done) => Some(done),
        Note::Touch(touch) => {
            pending.insert(
                (touch.tenant.clone(), touch.license, touch.instance),
                *touch,
            );
            None
        }
    }
}

async fn write(writer: &Writer, pending: Pending) {
    if pending.is_empty() {
        return;
    }
    let written: Result<(), StoreError> = writer
        .write(move |tx| {
            async move {
                for touch in pending.into_values() {
                    tx.touch_instance(&touch).await?;
                }
                Ok(())
            }
            .boxed()
        })
        .await;
    if let Err(error) = written {
        tracing::warn!(%error, "the last-validated times of some devices were not written");
    }
}
