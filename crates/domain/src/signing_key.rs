//! The life of a signing key: listed, signing, retired, dropped.

use crate::{
    ids::Kid,
    lease::{LEASE_SECONDS, SKEW_SECONDS},
    time::{DAY_MILLIS, Timestamp},
};

/// How long apps are given to learn of a new key before it should sign: fourteen days.
pub const ADVISED_DAYS: u32 = 14;

/// After a key has signed for the last time, leases of it work for seven days and the clients' 300 s of skew. A minute
/// more, for an answer that another server was still signing when the key was retired.
const LAST_LEASE_MILLIS: i64 = (LEASE_SECONDS + SKEW_SECONDS + 60) * 1_000;

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStage {
    /// Listed for apps to learn, and not used yet.
    Added,
    /// Signs every new lease.
    Signing,
    /// Signed until then; leases of it may be out still.
    Retired(Timestamp),
}

impl KeyStage {
    /// Whether a key added at `added_at` may be promoted at `now` without leaving apps behind that have not fetched
    /// the keys since. A key that has signed before is known already.
    pub fn is_known_to_apps(self, added_at: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Added => now >= added_at.plus_days(ADVISED_DAYS),
            Self::Signing | Self::Retired(_) => true,
        }
    }
}

/// Keys that were retired at this moment or before have no lease out any more at `now`.
pub const fn last_retirement_to_drop(now: Timestamp) -> Timestamp {
    now.plus_millis(-LAST_LEASE_MILLIS)
}

/// When a key retired at `retired_at` is dropped.
pub const fn dropped_at(retired_at: Timestamp) -> Timestamp {
    retired_at.plus_millis(LAST_LEASE_MILLIS)
}

/// Whole days, rounded up, until a key added at `added_at` has been listed for as long as is advised.
pub fn days_to_wait(added_at: Timestamp, now: Timestamp) -> i64 {
    let left = added_at.plus_days(ADVISED_DAYS).millis() - now.millis();
    (left.max(0) + DAY_MILLIS - 1) / DAY_MILLIS
}

/// The name of the next key, `k<number>`: one more than the highest that any key ever had, so that no name is used twice.
pub fn next_kid<'a>(ever_used: impl IntoIterator<Item = &'a Kid>) -> String {
    let number = |kid: &Kid| kid.as_str().strip_prefix('k')?.parse::<u32>().ok();
    let highest = ever_used.into_iter().filter_map(number).max().unwrap_or(0);
    format!("k{}", u64::from(highest) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_781_000_000);

    #[test]
    fn a_retired_key_is_dropped_a_minute_after_its_last_lease_has_ended() {
        assert_eq!(
            dropped_at(NOW).seconds() - NOW.seconds(),
            604_800 + 300 + 60
        );
        assert_eq!(last_retirement_to_drop(dropped_at(NOW)), NOW);
    }

    #[test]
    fn a_new_key_should_be_listed_for_fourteen_days() {
        let due = NOW.plus_days(14);
        assert!(!KeyStage::Added.is_known_to_apps(NOW, due.plus_millis(-1)));
        assert!(KeyStage::Added.is_known_to_apps(NOW, due));
        assert!(KeyStage::Retired(NOW).is_known_to_apps(NOW, NOW));
        for (now, days) in [
            (NOW, 14),
            (NOW.plus_millis(1), 14),
            (NOW.plus_days(13), 1),
            (due.plus_millis(-1), 1),
            (due, 0),
            (due.plus_days(3), 0),
        ] {
            assert_eq!(days_to_wait(NOW, now), days, "{now:?}");
        }
    }

    #[test]
    fn the_next_name_was_never_used() {
        for (used, next) in [
            (&[][..], "k1"),
            (&["k1"], "k2"),
            (&["k1", "k7", "kw9", "2"], "k8"),
            (&["vendor-1"], "k1"),
            (&["k4294967295"], "k4294967296"),
        ] {
            let used: Vec<Kid> = used.iter().map(|kid| kid.parse().unwrap()).collect();
            assert_eq!(next_kid(&used), next);
        }
    }
}
