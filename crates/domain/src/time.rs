//! Timestamps and time arithmetic.

use serde::{Deserialize, Serialize};

/// A point in time: milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// One day in milliseconds.
pub const DAY_MILLIS: i64 = 86_400_000;

impl Timestamp {
    /// Creates a timestamp from milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Creates a timestamp from whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Returns the milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Returns the whole seconds since the epoch, rounded down, as in leases and device responses.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Adds milliseconds, saturating at the bounds of `i64`.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Returns the time `days` × 24 hours later, saturating at the bounds of `i64`.
    #[must_use]
    pub const fn plus_days(self, days: u32) -> Self {
        self.plus_millis((days as i64).saturating_mul(DAY_MILLIS))
    }

    /// Returns the time `days` × 24 hours earlier, saturating at the bounds of `i64`.
    #[must_use]
    pub const fn minus_days(self, days: u32) -> Self {
        self.plus_millis(-(days as i64) * DAY_MILLIS)
    }

    /// Rounds up to a whole second, as stored for expiries.
    #[must_use]
    pub const fn round_up_to_second(self) -> Self {
        Self::from_seconds(self.plus_millis(999).seconds())
    }

    /// Rounds up to a whole minute.
    #[must_use]
    pub const fn round_up_to_minute(self) -> Self {
        Self(
            self.plus_millis(59_999)
                .0
                .div_euclid(60_000)
                .saturating_mul(60_000),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expiry_rounds_up_to_a_whole_second() {
        for (millis, rounded) in [
            (0, 0),
            (1, 1000),
            (999, 1000),
            (1000, 1000),
            (-1, 0),
            (-1000, -1000),
        ] {
            assert_eq!(
                Timestamp::from_millis(millis).round_up_to_second().millis(),
                rounded
            );
        }
    }

    #[test]
    fn seconds_round_down_even_before_the_epoch() {
        assert_eq!(Timestamp::from_millis(1999).seconds(), 1);
        assert_eq!(Timestamp::from_millis(-1).seconds(), -1);
    }

    #[test]
    fn arithmetic_saturates_on_overflow() {
        assert_eq!(
            Timestamp::from_millis(i64::MAX).plus_days(1).millis(),
            i64::MAX
        );
        assert_eq!(Timestamp::from_seconds(i64::MAX).millis(), i64::MAX);
    }
}
