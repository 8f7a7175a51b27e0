//! How long a device can go on without the server: what an operator must know before ending anything.

use serde::{Deserialize, Serialize};

use crate::{
    activation::LastLease,
    lease::{LeaseStatus, SKEW_SECONDS},
    time::Timestamp,
};

/// What the newest lease that a device holds lets it do offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfflineUntil {
    /// It works in full until then: the lease's end and the clients' 300 s of skew, rounded up to the minute.
    Until(Timestamp),
    /// A fallback lease: reduced mode, with no fixed end.
    Reduced,
    /// An expired lease: it has stopped.
    Stopped,
}

impl LastLease {
    /// How long its device can go on with it.
    pub const fn offline_until(self) -> OfflineUntil {
        match self.status {
            LeaseStatus::Active => {
                let end = self.expires_at.plus_millis(SKEW_SECONDS * 1_000);
                OfflineUntil::Until(end.round_up_to_minute())
            }
            LeaseStatus::Fallback => OfflineUntil::Reduced,
            LeaseStatus::Expired => OfflineUntil::Stopped,
        }
    }
}

impl OfflineUntil {
    /// The moment until which the device works in full, if that is still to come.
    pub fn still_at(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Until(end) if now < end => Some(end),
            Self::Until(_) | Self::Reduced | Self::Stopped => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_goes_on_for_its_lease_and_the_skew_to_the_full_minute() {
        let minute = 1_781_000_040;
        for (lease_end, until) in [
            (minute - 300, minute),
            (minute - 299, minute + 60),
            (minute - 240, minute + 60),
            (minute - 241, minute + 60),
        ] {
            let lease = LastLease {
                status: LeaseStatus::Active,
                expires_at: Timestamp::from_seconds(lease_end),
            };
            let expected = OfflineUntil::Until(Timestamp::from_seconds(until));
            assert_eq!(lease.offline_until(), expected, "{lease_end}");
        }
        for (status, expected) in [
            (LeaseStatus::Fallback, OfflineUntil::Reduced),
            (LeaseStatus::Expired, OfflineUntil::Stopped),
        ] {
            let lease = LastLease {
                status,
                expires_at: Timestamp::from_seconds(minute),
            };
            assert_eq!(lease.offline_until(), expected);
        }
    }

    #[test]
    fn what_is_over_is_not_still_to_come() {
        let end = Timestamp::from_seconds(60);
        let until = OfflineUntil::Until(end);
        assert_eq!(until.still_at(end.plus_millis(-1)), Some(end));
        assert_eq!(until.still_at(end), None);
        assert_eq!(OfflineUntil::Reduced.still_at(end), None);
        assert_eq!(OfflineUntil::Stopped.still_at(end), None);
    }
}
