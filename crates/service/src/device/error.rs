//! Errors of device requests.

use keywright_domain::activation::{Denied, Refused};
use keywright_store::StoreError;

use crate::Error;

/// Reason for rejecting a device request. The `Display` texts are part of the wire format and
/// must not change.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refusal {
    /// Missing or wrong SDK key, or unknown tenant. The response does not distinguish them.
    #[error("Invalid or missing SDK key")]
    SdkKey,
    /// The tenant is suspended.
    #[error("Account suspended")]
    Suspended,
    #[error("Product not found")]
    Product,
    /// Unknown license, or one that belongs to another product or tenant. The response does not
    /// distinguish them.
    #[error("License key not found")]
    LicenseKey,
    /// The license does not grant a slot.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The instance does not get a lease.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Server-side failure: the device keeps its lease and retries later.
    #[error("{0}")]
    Trouble(#[from] Error),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}
