//! Write-behind buffer for last-seen updates and SDK key uses, so that a validation needs no
//! separate commit.
//!
//! Updates are merged for 200 ms and then written together. A crash loses the updates that have not
//! been written, which does not affect whether a device gets a slot or a lease.

mod buffer;

use std::{future::pending, time::Duration};

use keywright_domain::{
    activation::{LastLease, Telemetry},
    ids::{InstanceId, LicenseId, TenantId},
    sdk_key::SdkKeyHash,
    time::Timestamp,
};
use tokio::time::{Instant, sleep_until};

use self::buffer::Buffer;
use crate::{
    ActivationSnapshot,
    activations::validations::{ActivationNumber, Validation},
    batch::{BatchLimits, BatchOutcome, BatchWorker, Batcher},
    write::Writer,
};

/// Time from the first update until the write. Leaves 50 ms for the commit, so that updates are
/// usually written within 250 ms.
const WRITE_DELAY: Duration = Duration::from_millis(200);

/// While the database is busy, updates beyond `queue_capacity` are dropped, like the updates that a
/// crash loses.
const LIMITS: BatchLimits = BatchLimits {
    queue_capacity: 65_536,
    max_batch_size: 1024,
};

/// A device received a lease.
#[derive(Debug, Clone)]
pub struct LastSeenUpdate {
    pub tenant_id: TenantId,
    pub license_id: LicenseId,
    pub instance_id: InstanceId,
    pub seen_at: Timestamp,
    pub lease: LastLease,
    pub telemetry: Telemetry,
}

/// A device API call used an SDK key.
#[derive(Debug, Clone)]
pub struct SdkKeyUse {
    pub tenant_id: TenantId,
    pub key_hash: SdkKeyHash,
    pub used_at: Timestamp,
}

enum Update {
    /// The device sent new telemetry, so its row is updated.
    LastSeen(Box<LastSeenUpdate>),
    /// Only the time and the lease changed.
    Validation(ActivationNumber, Validation),
    SdkKeyUse(SdkKeyUse),
    /// Writes everything before the reply.
    Flush,
}

pub(crate) struct WriteBehind(Batcher<Update, ()>);

impl WriteBehind {
    pub(crate) fn start(writer: Writer) -> Self {
        let worker = WriteBehindWorker {
            writer,
            buffer: Buffer::default(),
            write_at: None,
        };
        Self(Batcher::start(LIMITS, [worker]))
    }

    /// Records that an instance was seen. `activation` comes from the lookup.
    pub(crate) fn record_last_seen(&self, update: LastSeenUpdate, activation: &ActivationSnapshot) {
        if activation.telemetry.is_changed_by(&update.telemetry) {
            return self.enqueue(Update::LastSeen(Box::new(update)));
        }
        let validation = Validation {
            tenant_id: update.tenant_id,
            license_id: update.license_id,
            validated_at: update.seen_at,
            lease: update.lease,
        };
        self.enqueue(Update::Validation(activation.activation_number, validation));
    }

    pub(crate) fn record_sdk_key_use(&self, used: SdkKeyUse) {
        self.enqueue(Update::SdkKeyUse(used));
    }

    fn enqueue(&self, update: Update) {
        if !self.0.try_post(update) {
            tracing::warn!("write-behind queue is full; dropping a last-seen update");
        }
    }

    /// Waits until everything recorded so far is written or has failed.
    pub(crate) async fn flush(&self) {
        self.0.call(Update::Flush).await;
    }
}

struct WriteBehindWorker {
    writer: Writer,
    buffer: Buffer,
    /// `None` while the buffer is empty.
    write_at: Option<Instant>,
}

impl BatchWorker for WriteBehindWorker {
    type Request = Update;
    type Response = ();

    async fn run(&mut self, updates: Vec<Update>) -> BatchOutcome<Update, ()> {
        let responses = vec![(); updates.len()];
        let mut is_flushed = false;
        for update in updates {
            match update {
                Update::LastSeen(update) => self.buffer.merge_last_seen(*update),
                Update::Validation(number, validation) => {
                    self.buffer.merge_validation(number, validation);
                }
                Update::SdkKeyUse(used) => self.buffer.merge_sdk_key_use(used),
                Update::Flush => is_flushed = true,
            }
        }
        if is_flushed {
            self.flush().await;
        } else if self.write_at.is_none() && !self.buffer.is_empty() {
            self.write_at = Some(Instant::now() + WRITE_DELAY);
        }
        BatchOutcome::Completed(responses)
    }

    async fn due(&mut self) {
        match self.write_at {
            Some(at) => sleep_until(at).await,
            None => pending().await,
        }
    }

    async fn tick(&mut self) {
        self.flush().await;
    }

    async fn close(mut self) {
        self.flush().await;
    }
}

impl WriteBehindWorker {
    /// Writes the buffer. After a transient error the updates stay in it.
    async fn flush(&mut self) {
        self.buffer.flush(&self.writer).await;
        self.write_at = (!self.buffer.is_empty()).then(|| Instant::now() + WRITE_DELAY);
    }
}
