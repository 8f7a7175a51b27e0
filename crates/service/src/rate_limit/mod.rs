//! Rate limits per client address, and protection against guessing.
//!
//! Counters are in memory: each server counts separately, and a restart resets them. Limits apply
//! to an address or to sign-ins to one account, not to a whole tenant.

pub(crate) mod login;
mod network;
pub(crate) mod rate_limiter;
mod sliding_window;

use std::{net::IpAddr, sync::Arc};

use self::network::client_network;
pub use self::{login::LOGIN_WINDOW_MINUTES, rate_limiter::RateLimitConfig};
use crate::context::Context;

#[derive(Clone)]
pub struct RateLimits {
    pub(crate) context: Arc<Context>,
}

impl RateLimits {
    /// Returns whether another device request from this address is accepted.
    pub fn admit_request(&self, address: IpAddr) -> bool {
        self.context.rate_limiter.try_acquire_request(address)
    }

    /// Returns whether this address has had so many failed lookups within a minute that it is a
    /// brute-force suspect.
    pub fn is_brute_force_suspect(&self, address: IpAddr) -> bool {
        let now = self.context.clock.now();
        let failed = &self.context.rate_limiter.failed_lookups;
        failed
            .remaining_wait(&client_network(address), now)
            .is_some()
    }

    /// Records that a lookup from this address failed.
    pub fn record_failed_lookup(&self, address: IpAddr) {
        let now = self.context.clock.now();
        self.context
            .rate_limiter
            .failed_lookups
            .record(client_network(address), now);
    }
}
