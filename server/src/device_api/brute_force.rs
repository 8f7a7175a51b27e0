//! Brute-force protection. An address with too many failed lookups no longer learns which keys
//! exist. Devices at that address that already hold an instance are still served, because they
//! are not guessing.

use std::net::IpAddr;

use keywright_domain::activation::{ActivationError, ValidationError};
use keywright_service::{device::DeviceError, rate_limit::RateLimits};

use super::response::Endpoint;

/// Decides whether a response may reveal to a suspect address that a key exists.
pub(crate) struct BruteForceGuard<'a> {
    endpoint: Endpoint,
    /// `Some` if the endpoint takes a license key and the client address is known.
    lookup_limit: Option<(&'a RateLimits, IpAddr)>,
    is_suspect: bool,
}

impl<'a> BruteForceGuard<'a> {
    pub(crate) fn new(endpoint: Endpoint, limits: &'a RateLimits, address: Option<IpAddr>) -> Self {
        let address = address.filter(|_| endpoint.takes_license_key());
        Self {
            endpoint,
            lookup_limit: address.map(|address| (limits, address)),
            is_suspect: address.is_some_and(|address| limits.is_brute_force_suspect(address)),
        }
    }

    /// Returns whether to reject the request before any lookup. A 200, 402 or 422 from activate
    /// reveals that the key exists.
    pub(crate) fn rejects_early(&self) -> bool {
        self.is_suspect && self.endpoint == Endpoint::Activate
    }

    /// Returns whether to hide a refusal. A refusal that is shown and reveals that something does
    /// not exist counts as a failed lookup.
    pub(crate) fn masks(&self, refusal: &DeviceError) -> bool {
        let reveals_absence = matches!(
            refusal,
            DeviceError::InvalidSdkKey
                | DeviceError::ProductNotFound
                | DeviceError::LicenseKeyNotFound
                | DeviceError::Activation(ActivationError::Ended)
        );
        if self.is_suspect {
            return reveals_absence
                || matches!(
                    refusal,
                    DeviceError::Validation(ValidationError::InstanceNotFound)
                );
        }
        if let Some((limits, address)) = self.lookup_limit.filter(|_| reveals_absence) {
            limits.record_failed_lookup(address);
        }
        false
    }
}
