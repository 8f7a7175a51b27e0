//! How much one address may ask, and how often anybody may guess.
//!
//! Counted in this process's memory: several servers count each for itself, and a restart begins anew. Nothing in here can lock a
//! tenant out: what is held up is an address, or a guesser's way to an account.

pub(crate) mod limiter;
pub(crate) mod login;
mod network;
mod sliding_window;

use std::{net::IpAddr, sync::Arc};

use self::network::network;
pub use self::{limiter::LimitSettings, login::SIGN_IN_MINUTES};
use crate::context::Context;

/// What may be asked from where, as far as it depends on how much was asked before.
#[derive(Clone)]
pub struct AddressLimits(pub(crate) Arc<Context>);

impl AddressLimits {
    /// Whether one more call of a device from there is served.
    pub fn admit_request(&self, address: IpAddr) -> bool {
        self.0.rate_limiter.admit_request(address)
    }

    /// Whether so many look-ups from there failed within a minute that it seems to guess.
    pub fn seems_to_guess(&self, address: IpAddr) -> bool {
        let now = self.0.clock.now();
        let failed = &self.0.rate_limiter.failed_lookups;
        failed.wait(&network(address), now).is_some()
    }

    /// Notes that an address was told that something is unknown.
    pub fn note_failed_lookup(&self, address: IpAddr) {
        let now = self.0.clock.now();
        self.0
            .rate_limiter
            .failed_lookups
            .record(network(address), now);
    }
}
