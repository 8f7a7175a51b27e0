//! Brute-force protection. An address with too many failed lookups no longer learns which keys
//! exist. Devices at that address that already hold an instance are still served, because they
//! are not guessing.

use std::net::IpAddr;

use keywright_domain::activation::{Denied, Refused};
use keywright_service::{device::Refusal, rate_limit::AddressLimits};

use super::response::Endpoint;

/// Decides what a possibly guessing address may learn from one response.
pub(crate) struct BruteForceGuard<'a> {
    endpoint: Endpoint,
    /// `Some` if the endpoint takes a license key and the client address is known.
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

    /// Returns whether to reject the request before any lookup. Activate responds to a valid key
    /// in a recognizable way, whatever the license status.
    pub(crate) fn rejects_early(&self) -> bool {
        self.seems_to_guess && self.endpoint == Endpoint::Activate
    }

    /// Returns whether to hide a refusal. If it is shown and reveals that something does not
    /// exist, it counts as a failed lookup.
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
