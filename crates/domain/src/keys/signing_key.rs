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

/// A key that may verify a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// Its name.
    pub kid: Kid,
    /// Standard base64 of the 32 public bytes.
    pub public_key: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Where it is in its life.
    pub stage: KeyStage,
}

/// Why a key is promoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// As planned: apps have had the advised time to learn of it.
    Planned,
    /// At once, because the key that signs has leaked.
    Leak,
}

/// Why a key does not sign from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromotionDenied {
    /// It does already.
    SignsAlready,
    /// Apps have not had the time to learn of it.
    TooNew {
        /// Whole days that are left of [`ADVISED_DAYS`], rounded up.
        days: i64,
    },
}

impl ListedKey {
    /// Decides whether the key may sign from `now` on.
    pub fn decide_promotion(
        &self,
        urgency: Urgency,
        now: Timestamp,
    ) -> Result<(), PromotionDenied> {
        if self.stage == KeyStage::Signing {
            return Err(PromotionDenied::SignsAlready);
        }
        match (urgency, days_to_wait(self.created_at, now)) {
            (Urgency::Leak, _) | (Urgency::Planned, 0) => Ok(()),
            (Urgency::Planned, days) => Err(PromotionDenied::TooNew { days }),
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
fn days_to_wait(added_at: Timestamp, now: Timestamp) -> i64 {
    let left = added_at.plus_days(ADVISED_DAYS).millis() - now.millis();
    (left.max(0) + DAY_MILLIS - 1) / DAY_MILLIS
}

/// The name of the next key: that of the one that signs, with a number one higher than any key of that name ever had (`k1`,
/// `k2`; `kw1`, `kw2`). So it is new, and stays apart from names that another server gave. `None` where it would be too
/// long.
pub fn next_kid<'a>(signing: &Kid, ever_used: impl IntoIterator<Item = &'a Kid>) -> Option<Kid> {
    let name = signing.as_str();
    let stem = name.trim_end_matches(|symbol: char| symbol.is_ascii_digit());
    let stem = if stem == name {
        format!("{name}-")
    } else {
        stem.to_owned()
    };
    let number = |kid: &Kid| kid.as_str().strip_prefix(&stem)?.parse::<u64>().ok();
    let highest = ever_used.into_iter().filter_map(number).max();
    let next = highest.unwrap_or(1).checked_add(1)?;
    format!("{stem}{next}").parse().ok()
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
    fn a_key_is_promoted_once_it_was_listed_for_fourteen_days_or_at_once_after_a_leak() {
        use KeyStage::{Added, Retired, Signing};
        use Urgency::{Leak, Planned};
        let due = NOW.plus_days(14);
        let too_new = |days| Err(PromotionDenied::TooNew { days });
        for (stage, urgency, now, expected) in [
            (Added, Planned, NOW, too_new(14)),
            (Added, Planned, NOW.plus_millis(1), too_new(14)),
            (Added, Planned, NOW.plus_days(13), too_new(1)),
            (Added, Planned, due.plus_millis(-1), too_new(1)),
            (Added, Planned, due, Ok(())),
            (Added, Planned, due.plus_days(3), Ok(())),
            (Added, Leak, NOW, Ok(())),
            (Retired(NOW), Planned, NOW, too_new(14)),
            (Retired(NOW), Planned, due, Ok(())),
            (Retired(NOW), Leak, NOW, Ok(())),
            (Signing, Planned, due, Err(PromotionDenied::SignsAlready)),
            (Signing, Leak, due, Err(PromotionDenied::SignsAlready)),
        ] {
            let key = ListedKey {
                kid: Kid::first(),
                public_key: String::new(),
                created_at: NOW,
                stage,
            };
            let found = key.decide_promotion(urgency, now);
            assert_eq!(found, expected, "{stage:?} {urgency:?} {now:?}");
        }
    }

    #[test]
    fn the_next_name_was_never_used() {
        for (signing, used, next) in [
            ("k1", &["k1"][..], Some("k2")),
            ("k1", &["k1", "k7", "kw9", "2"], Some("k8")),
            ("kw1", &["kw1", "k5"], Some("kw2")),
            ("2026", &["2026"], Some("2027")),
            ("vendor", &["vendor"], Some("vendor-2")),
            ("vendor", &["vendor", "vendor-2"], Some("vendor-3")),
            ("k18446744073709551615", &["k18446744073709551615"], None),
            (
                "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
                &["kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"],
                None,
            ),
        ] {
            let used: Vec<Kid> = used.iter().map(|kid| kid.parse().unwrap()).collect();
            let found = next_kid(&signing.parse().unwrap(), &used);
            assert_eq!(found.as_ref().map(Kid::as_str), next, "{signing}");
        }
    }
}
