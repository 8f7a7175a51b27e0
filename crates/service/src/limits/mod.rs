//! How much one address may ask, and how often anybody may guess.
//!
//! Counted in this process's memory: several servers count each for itself, and a restart begins anew. Nothing in here can lock a
//! tenant out: what is held up is an address, or a guesser's way to an account.

mod attempts;
mod sign_ins;

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    sync::Arc,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use keywright_domain::{ids::TenantId, time::Timestamp};

use self::attempts::Attempts;
use crate::context::Context;

pub use sign_ins::SIGN_IN_MINUTES;
pub(crate) use sign_ins::{SignInAttempt, SignIns};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// The limits; 0 switches one off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitSettings {
    /// Calls of devices from one address within a second.
    pub requests: u32,
    /// Answers to one address within a minute that a key or an SDK key is unknown; one more, and guessing is no use.
    pub failed_lookups: u32,
    /// New installs without a key from one address, for one tenant, within an hour.
    pub keyless_installs: u32,
    /// Wrong passwords for one account from one address within [`SIGN_IN_MINUTES`].
    pub sign_ins: u32,
}

impl Default for LimitSettings {
    /// An office of 500 devices behind one address is normal, and so are its typing errors.
    fn default() -> Self {
        Self {
            requests: 200,
            failed_lookups: 30,
            keyless_installs: 60,
            sign_ins: 10,
        }
    }
}

/// What may be asked from where, as far as it depends on how much was asked before.
#[derive(Clone)]
pub struct AddressLimits(pub(crate) Arc<Context>);

impl AddressLimits {
    /// Whether one more call of a device from there is served.
    pub fn admit_request(&self, address: IpAddr) -> bool {
        self.0.limits.admit_request(address)
    }

    /// Whether so many look-ups from there failed within a minute that it seems to guess.
    pub fn seems_to_guess(&self, address: IpAddr) -> bool {
        let now = self.0.clock.now();
        let failed = &self.0.limits.failed_lookups;
        failed.wait(&network(address), now).is_some()
    }

    /// Notes that an address was told that something is unknown.
    pub fn note_failed_lookup(&self, address: IpAddr) {
        let now = self.0.clock.now();
        self.0.limits.failed_lookups.note(network(address), now);
    }
}

/// What was counted so far.
pub(crate) struct Limits {
    requests: Option<DefaultKeyedRateLimiter<IpAddr>>,
    failed_lookups: Attempts<IpAddr>,
    keyless_installs: Attempts<(TenantId, IpAddr)>,
    sign_ins: SignIns,
}

impl Limits {
    pub(crate) fn new(settings: LimitSettings) -> Self {
        let quota = NonZeroU32::new(settings.requests).map(Quota::per_second);
        Self {
            requests: quota.map(RateLimiter::keyed),
            failed_lookups: Attempts::more_than(settings.failed_lookups, MINUTE),
            keyless_installs: Attempts::new(settings.keyless_installs, HOUR),
            sign_ins: SignIns::new(settings.sign_ins),
        }
    }

    fn admit_request(&self, address: IpAddr) -> bool {
        let requests = self.requests.as_ref();
        requests.is_none_or(|requests| requests.check_key(&network(address)).is_ok())
    }

    /// Whether one more install without a key from there is kept; it counts if so.
    pub(crate) fn admit_install(&self, tenant: &TenantId, address: IpAddr, now: Timestamp) -> bool {
        let place = (tenant.clone(), network(address));
        self.keyless_installs.try_note(place, now).is_ok()
    }

    pub(crate) fn sign_ins(&self) -> &SignIns {
        &self.sign_ins
    }

    /// Forgets those that have been quiet, whose counts are full again.
    pub(crate) fn forget_the_quiet(&self, now: Timestamp) {
        if let Some(requests) = &self.requests {
            requests.retain_recent();
        }
        self.failed_lookups.forget_the_quiet(now);
        self.keyless_installs.forget_the_quiet(now);
        self.sign_ins.forget_the_quiet(now);
    }
}

/// What counts as one address: with IPv6, the 64 bits that a customer gets.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_781_000_000);

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_is_served_200_calls_at_once_and_others_are_not_held_up() {
        let limits = Limits::new(LimitSettings::default());
        let one = address("192.0.2.1");
        let served = (0..300).filter(|_| limits.admit_request(one)).count();
        // The loop itself takes a moment, in which some become free again.
        assert!((200..300).contains(&served), "{served}");
        assert!(limits.admit_request(address("192.0.2.2")));
        let off = Limits::new(LimitSettings {
            requests: 0,
            ..LimitSettings::default()
        });
        assert!((0..1_000).all(|_| off.admit_request(one)));
    }

    #[test]
    fn an_address_adds_sixty_installs_an_hour_to_each_tenant() {
        let limits = Limits::new(LimitSettings::default());
        let (acme, indie) = ("acme".parse().unwrap(), "indie".parse().unwrap());
        let one = address("192.0.2.1");
        for _ in 0..60 {
            assert!(limits.admit_install(&acme, one, NOW));
        }
        let mapped = address("::ffff:192.0.2.1");
        assert!(!limits.admit_install(&acme, one, NOW));
        assert!(!limits.admit_install(&acme, mapped, NOW));
        assert!(limits.admit_install(&acme, address("192.0.2.2"), NOW));
        assert!(limits.admit_install(&indie, one, NOW));
        assert!(!limits.admit_install(&acme, one, NOW.plus_millis(HOUR - 1)));
        assert!(limits.admit_install(&acme, one, NOW.plus_millis(HOUR)));
    }

    #[test]
    fn ipv6_counts_by_64_bits() {
        let network = |text: &str| network(address(text)).to_string();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
