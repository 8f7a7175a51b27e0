//! Open event streams: limits them per operator, and ends them on sign-out and shutdown.

use std::{collections::HashMap, sync::Arc};

use keywright_domain::ids::OperatorId;
use parking_lot::Mutex;
use tokio::sync::watch;

/// Maximum number of streams per operator. Each visible page with live updates uses one.
pub const MAX_STREAMS_PER_OPERATOR: usize = 32;

/// All open streams of this server. Cheap to clone.
#[derive(Clone, Default)]
pub struct SseConnections(Arc<Registry>);

#[derive(Default)]
struct Registry {
    is_stopping: watch::Sender<bool>,
    operators: Mutex<HashMap<OperatorId, watch::Sender<()>>>,
}

/// An open stream. It counts toward the limit until it is dropped.
pub(crate) struct ConnectionGuard {
    operator_id: OperatorId,
    recheck_requested: watch::Receiver<()>,
    is_stopping: watch::Receiver<bool>,
    registry: Arc<Registry>,
}

impl SseConnections {
    /// Registers a stream. Returns `None` if the operator has reached the limit.
    pub(crate) fn open(&self, operator_id: OperatorId) -> Option<ConnectionGuard> {
        let mut operators = self.0.operators.lock();
        let streams = operators.entry(operator_id).or_default();
        if streams.receiver_count() >= MAX_STREAMS_PER_OPERATOR {
            return None;
        }
        Some(ConnectionGuard {
            operator_id,
            recheck_requested: streams.subscribe(),
            is_stopping: self.0.is_stopping.subscribe(),
            registry: self.0.clone(),
        })
    }

    pub(crate) fn count(&self) -> usize {
        let operators = self.0.operators.lock();
        operators.values().map(watch::Sender::receiver_count).sum()
    }

    /// Makes the operator's streams check whether their sessions are still valid.
    pub(crate) fn recheck_sessions(&self, operator_id: OperatorId) {
        if let Some(streams) = self.0.operators.lock().get(&operator_id) {
            streams.send_replace(());
        }
    }

    /// Ends all streams, including those opened later. Called on shutdown.
    pub fn shut_down(&self) {
        self.0.is_stopping.send_replace(true);
    }
}

impl ConnectionGuard {
    /// Waits until one of the operator's sessions may have ended.
    pub(crate) async fn wait_for_recheck(&mut self) {
        // Cannot fail: the sender outlives this receiver.
        self.recheck_requested.changed().await.ok();
    }

    /// Returns a future that completes on shutdown.
    pub(crate) fn wait_for_shutdown(&self) -> impl Future<Output = ()> + use<> {
        let mut is_stopping = self.is_stopping.clone();
        async move {
            is_stopping.wait_for(|&stopping| stopping).await.ok();
        }
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        let mut operators = self.registry.operators.lock();
        // The count still includes this stream.
        if operators
            .get(&self.operator_id)
            .is_some_and(|streams| streams.receiver_count() <= 1)
        {
            operators.remove(&self.operator_id);
        }
    }
}
