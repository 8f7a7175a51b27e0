//! The rate limiter.

use std::{net::IpAddr, num::NonZeroU32};

use governor::{DefaultKeyedRateLimiter, Quota};
use keywright_domain::{ids::TenantId, time::Timestamp};

use super::{login::LoginLimiter, network::network, sliding_window::SlidingWindowLimiter};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Rate limits. 0 disables a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitSettings {
    /// Device requests per address and second.
    pub requests: u32,
    /// Failed license and SDK key lookups per address and minute. An address that exceeds this is
    /// treated as a brute-force suspect.
    pub failed_lookups: u32,
    /// New keyless installs per address, tenant and hour.
    pub keyless_installs: u32,
    /// Wrong passwords per address and account within
    /// [`SIGN_IN_MINUTES`](super::SIGN_IN_MINUTES).
    pub sign_ins: u32,
}

impl Default for LimitSettings {
    /// Sized for an office of 500 devices behind one address, including their typing errors.
    fn default() -> Self {
        Self {
            requests: 200,
            failed_lookups: 30,
            keyless_installs: 60,
            sign_ins: 10,
        }
    }
}

pub(crate) struct RateLimiter {
    requests: Option<DefaultKeyedRateLimiter<IpAddr>>,
    pub(super) failed_lookups: SlidingWindowLimiter<IpAddr>,
    keyless_installs: SlidingWindowLimiter<(TenantId, IpAddr)>,
    logins: LoginLimiter,
}

impl RateLimiter {
    pub(crate) fn new(settings: LimitSettings) -> Self {
        let quota = NonZeroU32::new(settings.requests).map(Quota::per_second);
        Self {
            requests: quota.map(governor::RateLimiter::keyed),
            failed_lookups: SlidingWindowLimiter::more_than(settings.failed_lookups, MINUTE),
            keyless_installs: SlidingWindowLimiter::new(settings.keyless_installs, HOUR),
            logins: LoginLimiter::new(settings.sign_ins),
        }
    }

    pub(super) fn admit_request(&self, address: IpAddr) -> bool {
        let requests = self.requests.as_ref();
        requests.is_none_or(|requests| requests.check_key(&network(address)).is_ok())
    }

    /// Returns whether another keyless install from this address is accepted, and counts it if
    /// so.
    pub(crate) fn admit_install(&self, tenant: &TenantId, address: IpAddr, now: Timestamp) -> bool {
        let place = (tenant.clone(), network(address));
        self.keyless_installs.try_acquire(place, now).is_ok()
    }

    pub(crate) fn logins(&self) -> &LoginLimiter {
        &self.logins
    }

    /// Evicts counters that are back to zero.
    pub(crate) fn evict_idle(&self, now: Timestamp) {
        if let Some(requests) = &self.requests {
            requests.retain_recent();
        }
        self.failed_lookups.evict_idle(now);
        self.keyless_installs.evict_idle(now);
        self.logins.evict_idle(now);
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
    fn request_limit_applies_per_address() {
        let limits = RateLimiter::new(LimitSettings::default());
        let one = address("192.0.2.1");
        let served = (0..300).filter(|_| limits.admit_request(one)).count();
        // The loop takes some time, during which capacity is replenished.
        assert!((200..300).contains(&served), "{served}");
        assert!(limits.admit_request(address("192.0.2.2")));
        let off = RateLimiter::new(LimitSettings {
            requests: 0,
            ..LimitSettings::default()
        });
        assert!((0..1_000).all(|_| off.admit_request(one)));
    }

    #[test]
    fn install_limit_applies_per_tenant_and_address() {
        let limits = RateLimiter::new(LimitSettings::default());
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
}
