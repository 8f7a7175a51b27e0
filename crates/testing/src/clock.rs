//! A clock that tests set manually.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use keywright_domain::time::Timestamp;
use keywright_service::clock::Clock;

/// A clock that moves only when a test sets it. Clones share the same time.
#[derive(Debug, Clone)]
pub struct FixedClock(Arc<AtomicI64>);

impl FixedClock {
    /// Creates a clock stopped at `now`.
    pub fn at(now: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(now.millis())))
    }

    pub fn set(&self, now: Timestamp) {
        self.0.store(now.millis(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
