//! The streams of events that are open: how many one operator has, and what ends them from outside.

use std::{collections::HashMap, sync::Arc};

use keywright_domain::ids::OperatorId;
use parking_lot::Mutex;
use tokio::sync::watch;

/// Most streams of one operator. Every visible page has one; far fewer than connections that would be a burden.
pub const MAX_PER_OPERATOR: usize = 32;

/// All open streams of this server. Cheap to clone.
#[derive(Clone, Default)]
pub struct SseConnections(Arc<Open>);

#[derive(Default)]
struct Open {
    is_stopping: watch::Sender<bool>,
    operators: Mutex<HashMap<OperatorId, watch::Sender<()>>>,
}

/// One open stream. It counts as long as this exists.
pub(crate) struct ConnectionGuard {
    operator: OperatorId,
    recheck_requested: watch::Receiver<()>,
    is_stopping: watch::Receiver<bool>,
    open: Arc<Open>,
}

impl SseConnections {
    /// Opens one more, unless the operator has too many.
    pub(crate) fn open(&self, operator: OperatorId) -> Option<ConnectionGuard> {
        let mut operators = self.0.operators.lock();
        let streams = operators.entry(operator).or_default();
        if streams.receiver_count() >= MAX_PER_OPERATOR {
            return None;
        }
        Some(ConnectionGuard {
            operator,
            recheck_requested: streams.subscribe(),
            is_stopping: self.0.is_stopping.subscribe(),
            open: self.0.clone(),
        })
    }

    /// How many are open.
    pub(crate) fn count(&self) -> usize {
        let operators = self.0.operators.lock();
        operators.values().map(watch::Sender::receiver_count).sum()
    }

    /// Lets the operator's streams find out whether their sessions hold.
    pub(crate) fn recheck_sessions(&self, operator: OperatorId) {
        if let Some(streams) = self.0.operators.lock().get(&operator) {
            streams.send_replace(());
        }
    }

    /// Ends every stream, also those that are still to come: the server stops.
    pub fn stop(&self) {
        self.0.is_stopping.send_replace(true);
    }
}

impl ConnectionGuard {
    /// Ends when one of the operator's sessions may have ended.
    pub(crate) async fn recheck_requested(&mut self) {
        // The sender stays as long as this does.
        self.recheck_requested.changed().await.ok();
    }

    /// What ends when the server stops.
    pub(crate) fn stopping(&self) -> impl Future<Output = ()> + use<> {
        let mut is_stopping = self.is_stopping.clone();
        async move {
            is_stopping.wait_for(|&stopping| stopping).await.ok();
        }
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        let mut operators = self.open.operators.lock();
        // This one is still counted.
        if operators
            .get(&self.operator)
            .is_some_and(|streams| streams.receiver_count() <= 1)
        {
            operators.remove(&self.operator);
        }
    }
}
