//! Rate limits for device requests, failed lookups, keyless installs and sign-ins.

use std::{net::IpAddr, num::NonZeroU32};

use governor::{DefaultKeyedRateLimiter, Quota};
use keywright_domain::{ids::TenantId, time::Timestamp};

use super::{login::LoginLimiter, network::client_network, sliding_window::SlidingWindowLimiter};

const MINUTE_MILLIS: i64 = 60_000;
const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;

/// Rate limits. 0 disables a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimitConfig {
    /// Device requests per address per second.
    pub requests_per_second: u32,
    /// Failed license and SDK key lookups per address per minute. An address that exceeds this
    /// limit is treated as a brute-force suspect.
    pub failed_lookups_per_minute: u32,
    /// New keyless installs per address per tenant per hour.
    pub keyless_installs_per_hour: u32,
    /// Failed sign-ins per address per account within
    /// [`LOGIN_WINDOW_MINUTES`](super::LOGIN_WINDOW_MINUTES).
    pub failed_logins: u32,
}

impl Default for RateLimitConfig {
    /// Returns limits for an office with 500 devices behind one address, including typing errors.
    fn default() -> Self {
        Self {
            requests_per_second: 200,
            failed_lookups_per_minute: 30,
            keyless_installs_per_hour: 60,
            failed_logins: 10,
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
    pub(crate) fn new(settings: RateLimitConfig) -> Self {
        let quota = NonZeroU32::new(settings.requests_per_second).map(Quota::per_second);
        Self {
            requests: quota.map(governor::RateLimiter::keyed),
            failed_lookups: SlidingWindowLimiter::blocking_above(
                settings.failed_lookups_per_minute,
                MINUTE_MILLIS,
            ),
            keyless_installs: SlidingWindowLimiter::new(
                settings.keyless_installs_per_hour,
                HOUR_MILLIS,
            ),
            logins: LoginLimiter::new(settings.failed_logins),
        }
    }

    pub(super) fn try_acquire_request(&self, address: IpAddr) -> bool {
        let requests = self.requests.as_ref();
        requests.is_none_or(|requests| requests.check_key(&client_network(address)).is_ok())
    }

    /// Returns whether another keyless install from this address is accepted, and counts it if
    /// so.
    pub(crate) fn try_acquire_install(
        &self,
        tenant_id: &TenantId,
        address: IpAddr,
        now: Timestamp,
    ) -> bool {
        let key = (tenant_id.clone(), client_network(address));
        self.keyless_installs.try_acquire(key, now).is_ok()
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
        let limits = RateLimiter::new(RateLimitConfig::default());
        let one = address("192.0.2.1");
        let served = (0..300).filter(|_| limits.try_acquire_request(one)).count();
        // The loop takes some time, during which capacity is replenished.
        assert!((200..300).contains(&served), "{served}");
        assert!(limits.try_acquire_request(address("192.0.2.2")));
        let off = RateLimiter::new(RateLimitConfig {
            requests_per_second: 0,
            ..RateLimitConfig::default()
        });
        assert!((0..1_000).all(|_| off.try_acquire_request(one)));
    }

    #[test]
    fn install_limit_applies_per_tenant_and_address() {
        let limits = RateLimiter::new(RateLimitConfig::default());
        let (acme, indie) = ("acme".parse().unwrap(), "indie".parse().unwrap());
        let one = address("192.0.2.1");
        for _ in 0..60 {
            assert!(limits.try_acquire_install(&acme, one, NOW));
        }
        let mapped = address("::ffff:192.0.2.1");
        assert!(!limits.try_acquire_install(&acme, one, NOW));
        assert!(!limits.try_acquire_install(&acme, mapped, NOW));
        assert!(limits.try_acquire_install(&acme, address("192.0.2.2"), NOW));
        assert!(limits.try_acquire_install(&indie, one, NOW));
        assert!(!limits.try_acquire_install(&acme, one, NOW.plus_millis(HOUR_MILLIS - 1)));
        assert!(limits.try_acquire_install(&acme, one, NOW.plus_millis(HOUR_MILLIS)));
    }
}
