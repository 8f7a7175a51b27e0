//! Life cycle of a signing key: added, signing, retired, dropped.

use crate::{
    ids::Kid,
    lease::{CLOCK_SKEW_SECONDS, MAX_LEASE_SECONDS},
    time::{DAY_MILLIS, Timestamp},
};

/// Recommended days between adding a key and signing with it, so that apps can fetch it.
pub const RECOMMENDED_WAIT_DAYS: u32 = 14;

/// Time after which no lease of a retired key is valid, in milliseconds: seven days, the clients'
/// 300 s of clock skew, and one minute for responses that another server is signing during the
/// retirement.
const DROP_DELAY_MILLIS: i64 = (MAX_LEASE_SECONDS + CLOCK_SKEW_SECONDS + 60) * 1_000;

/// Stage of a key's life cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStage {
    /// Listed for apps to fetch, but not used for signing yet.
    Added,
    /// Signs new leases and settings.
    Signing,
    /// Stopped signing at this time. Its leases may still be in use.
    Retired(Timestamp),
}

/// A key that is listed for verification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// ID of the key.
    pub kid: Kid,
    /// Standard base64 of the 32-byte public key.
    pub public_key: String,
    /// Time of creation.
    pub created_at: Timestamp,
    /// Stage of its life cycle.
    pub stage: KeyStage,
}

/// Why a key is promoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromotionReason {
    /// Planned rotation, after the recommended waiting time.
    Planned,
    /// Immediate rotation, because the current signing key has leaked.
    Leak,
}

/// Why a promotion is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromotionError {
    /// The key is already the signing key.
    AlreadySigning,
    /// Apps have not had enough time to fetch the key.
    TooNew {
        /// Whole days left of [`RECOMMENDED_WAIT_DAYS`], rounded up.
        days: i64,
    },
}

impl ListedKey {
    /// Decides whether the key may become the signing key at `now`.
    pub fn decide_promotion(
        &self,
        urgency: PromotionReason,
        now: Timestamp,
    ) -> Result<(), PromotionError> {
        if self.stage == KeyStage::Signing {
            return Err(PromotionError::AlreadySigning);
        }
        match (urgency, remaining_days(self.created_at, now)) {
            (PromotionReason::Leak, _) | (PromotionReason::Planned, 0) => Ok(()),
            (PromotionReason::Planned, days) => Err(PromotionError::TooNew { days }),
        }
    }
}

/// Returns the cutoff at `now`: keys retired at or before it have no valid leases left.
pub const fn drop_cutoff(now: Timestamp) -> Timestamp {
    now.plus_millis(-DROP_DELAY_MILLIS)
}

/// Returns when a key retired at `retired_at` is dropped.
pub const fn drop_time(retired_at: Timestamp) -> Timestamp {
    retired_at.plus_millis(DROP_DELAY_MILLIS)
}

/// Whole days, rounded up, until a key added at `added_at` has been listed for
/// [`RECOMMENDED_WAIT_DAYS`].
fn remaining_days(added_at: Timestamp, now: Timestamp) -> i64 {
    let left = added_at.plus_days(RECOMMENDED_WAIT_DAYS).millis() - now.millis();
    (left.max(0) + DAY_MILLIS - 1) / DAY_MILLIS
}

/// Returns the ID of the next key: the stem of the signing key's ID, with a number one higher than
/// any that the tenant has used with that stem (`k1`, `k2`; `kw1`, `kw2`).
///
/// The ID is therefore new to the tenant. Returns `None` if the ID would be too long or the number
/// overflows.
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
    fn retired_key_is_dropped_one_minute_after_its_last_lease() {
        assert_eq!(drop_time(NOW).seconds() - NOW.seconds(), 604_800 + 300 + 60);
        assert_eq!(drop_cutoff(drop_time(NOW)), NOW);
    }

    #[test]
    fn promotion_waits_fourteen_days_unless_the_current_key_leaked() {
        use KeyStage::{Added, Retired, Signing};
        use PromotionReason::{Leak, Planned};
        let due = NOW.plus_days(14);
        let too_new = |days| Err(PromotionError::TooNew { days });
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
            (Signing, Planned, due, Err(PromotionError::AlreadySigning)),
            (Signing, Leak, due, Err(PromotionError::AlreadySigning)),
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
    fn next_kid_was_never_used() {
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
