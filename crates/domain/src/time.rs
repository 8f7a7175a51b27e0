//! Moments and lengths of time. Where they come from is the caller's business.

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since the Unix epoch, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// One day in milliseconds.
pub const DAY_MILLIS: i64 = 86_400_000;

impl Timestamp {
    /// From milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// From whole seconds since the epoch.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down: what leases and device answers carry.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This moment and so many milliseconds.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// This moment and so many days of 24 hours.
    #[must_use]
    pub const fn plus_days(self, days: u32) -> Self {
        self.plus_millis((days as i64).saturating_mul(DAY_MILLIS))
    }

    /// This moment less so many days of 24 hours.
    #[must_use]
    pub const fn minus_days(self, days: u32) -> Self {
        self.plus_millis(-(days as i64) * DAY_MILLIS)
    }

    /// The next whole second, or this one if it is whole: expiries are stored so.
    #[must_use]
    pub const fn round_up_to_second(self) -> Self {
        Self::from_seconds(self.plus_millis(999).seconds())
    }

    /// The next whole minute, or this one if it is whole.
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
    fn expiries_round_up_to_whole_seconds() {
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
    fn seconds_round_down_also_before_the_epoch() {
        assert_eq!(Timestamp::from_millis(1999).seconds(), 1);
        assert_eq!(Timestamp::from_millis(-1).seconds(), -1);
    }

    #[test]
    fn arithmetic_saturates_instead_of_overflowing() {
        assert_eq!(
            Timestamp::from_millis(i64::MAX).plus_days(1).millis(),
            i64::MAX
        );
        assert_eq!(Timestamp::from_seconds(i64::MAX).millis(), i64::MAX);
    }
}
