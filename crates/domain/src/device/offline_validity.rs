//! Offline validity: how long a device keeps running without the server. Operators see it before
//! they revoke or remint a license.

use serde::{Deserialize, Serialize};

use crate::{
    activation::LastLease,
    lease::{CLOCK_SKEW_SECONDS, LeaseStatus},
    time::Timestamp,
};

/// How long a device keeps running offline on its newest lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfflineValidity {
    /// Full operation until this time: the expiry of the lease plus 300 s of clock skew, rounded up
    /// to a whole minute.
    Until(Timestamp),
    /// Reduced mode without an end date, because the lease is a fallback lease.
    Reduced,
    /// Stopped, because the lease has the status [`LeaseStatus::Expired`].
    Stopped,
}

impl LastLease {
    /// Returns how long the device keeps running on this lease.
    pub const fn offline_validity(self) -> OfflineValidity {
        match self.status {
            LeaseStatus::Active => {
                let end = self.expires_at.plus_millis(CLOCK_SKEW_SECONDS * 1_000);
                OfflineValidity::Until(end.round_up_to_minute())
            }
            LeaseStatus::Fallback => OfflineValidity::Reduced,
            LeaseStatus::Expired => OfflineValidity::Stopped,
        }
    }
}

impl OfflineValidity {
    /// Returns the end of full operation if it is after `now`.
    pub fn remaining_at(self, now: Timestamp) -> Option<Timestamp> {
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
    fn device_runs_until_lease_end_plus_skew_rounded_up_to_the_minute() {
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
            let expected = OfflineValidity::Until(Timestamp::from_seconds(until));
            assert_eq!(lease.offline_validity(), expected, "{lease_end}");
        }
        for (status, expected) in [
            (LeaseStatus::Fallback, OfflineValidity::Reduced),
            (LeaseStatus::Expired, OfflineValidity::Stopped),
        ] {
            let lease = LastLease {
                status,
                expires_at: Timestamp::from_seconds(minute),
            };
            assert_eq!(lease.offline_validity(), expected);
        }
    }

    #[test]
    fn remaining_time_is_none_after_the_end() {
        let end = Timestamp::from_seconds(60);
        let until = OfflineValidity::Until(end);
        assert_eq!(until.remaining_at(end.plus_millis(-1)), Some(end));
        assert_eq!(until.remaining_at(end), None);
        assert_eq!(OfflineValidity::Reduced.remaining_at(end), None);
        assert_eq!(OfflineValidity::Stopped.remaining_at(end), None);
    }
}
