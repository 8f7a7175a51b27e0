//! Time: measuring is what this program is for.
#![expect(
    clippy::disallowed_methods,
    reason = "the one place here that reads clocks"
)]

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use keywright_domain::time::Timestamp;

/// What time it is.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let millis = since.map_or(0, |since| since.as_millis());
    Timestamp::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
}

/// From when to count.
pub(crate) fn start() -> Instant {
    Instant::now()
}
