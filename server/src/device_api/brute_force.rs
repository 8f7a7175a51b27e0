//! An address whose look-ups fail too often seems to guess keys. It is not told any more what is right and what is wrong, but
//! devices there that hold an instance go on: theirs is no guess.

use std::net::IpAddr;

use keywright_domain::activation::{Denied, Refused};
use keywright_service::{device::Refusal, rate_limit::AddressLimits};

use super::response::Endpoint;

/// What becomes of one call's answer.
pub(crate) struct BruteForceGuard<'a> {
    endpoint: Endpoint,
    /// Of endpoints that take a key, for calls that come from somewhere.
    counted: Option<(&'a AddressLimits, IpAddr)>,
    seems_to_guess: bool,
}

impl<'a> BruteForceGuard<'a> {
    pub(crate) fn of(
        endpoint: Endpoint,
        limits: &'a AddressLimits,
        address: Option<IpAddr>,
    ) -> Self {
        let address = address.filter(|_| endpoint.takes_a_key());
        Self {
            endpoint,
            counted: address.map(|address| (limits, address)),
            seems_to_guess: address.is_some_and(|address| limits.seems_to_guess(address)),
        }
    }

    /// Activate answers right keys in a way of its own whatever their license's status, so it is not even asked.
    pub(crate) fn rejects_early(&self) -> bool {
        self.seems_to_guess && self.endpoint == Endpoint::Activate
    }

    /// Whether a refusal is kept to ourselves. One that is told, and says that something is unknown, counts.
    pub(crate) fn masks(&self, refusal: &Refusal) -> bool {
        let says_unknown = matches!(
            refusal,
            Refusal::SdkKey
                | Refusal::Product
                | Refusal::LicenseKey
                | Refusal::Denied(Denied::Ended)
        );
        if self.seems_to_guess {
            return says_unknown || matches!(refusal, Refusal::Refused(Refused::NoInstance));
        }
        if let Some((limits, address)) = self.counted.filter(|_| says_unknown) {
            limits.note_failed_lookup(address);
        }
        false
    }
}
