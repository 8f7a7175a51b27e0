//! Clock access for measurements.
#![expect(
    clippy::disallowed_methods,
    reason = "the only place in this crate that reads the clock"
)]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use keywright_domain::time::Timestamp;

pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

pub(crate) fn start() -> Instant {
    Instant::now()
}
