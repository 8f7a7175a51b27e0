//! Errors of device requests.

use keywright_domain::activation::{ActivationError, ValidationError};
use keywright_store::StoreError;

use crate::Error;

/// Reason for rejecting a device request. The `Display` texts are part of the wire format and
/// must not change.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DeviceError {
    /// Missing or wrong SDK key, or unknown tenant. The response does not distinguish them.
    #[error("Invalid or missing SDK key")]
    InvalidSdkKey,
    /// The tenant is suspended.
    #[error("Account suspended")]
    Suspended,
    #[error("Product not found")]
    ProductNotFound,
    /// The license is unknown, or belongs to another product or tenant. The response does not
    /// distinguish them.
    #[error("License key not found")]
    LicenseKeyNotFound,
    /// The license does not grant a slot.
    #[error(transparent)]
    Activation(#[from] ActivationError),
    /// The instance does not get a lease.
    #[error(transparent)]
    Validation(#[from] ValidationError),
    /// Server-side failure. The device keeps its lease and can retry.
    #[error("{0}")]
    Internal(#[from] Error),
}

impl From<StoreError> for DeviceError {
    fn from(error: StoreError) -> Self {
        Self::Internal(error.into())
    }
}
