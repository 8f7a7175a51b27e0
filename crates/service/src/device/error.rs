//! Why a device does not get what it asked for.

use keywright_domain::activation::{Denied, Refused};
use keywright_store::StoreError;

use crate::Error;

/// Why a device does not get what it asked for. The texts are those of the wire, which never change.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refusal {
    /// No SDK key, a wrong one, or no such tenant: all alike.
    #[error("Invalid or missing SDK key")]
    SdkKey,
    /// The tenant's device calls are refused.
    #[error("Account suspended")]
    Suspended,
    /// The tenant has no such product.
    #[error("Product not found")]
    Product,
    /// No such license, another product's, or another tenant's: all alike.
    #[error("License key not found")]
    LicenseKey,
    /// The license gives no slot.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The instance gets no lease.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Trouble on our side: the device keeps its lease and tries again.
    #[error("{0}")]
    Trouble(#[from] Error),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Trouble(error.into())
    }
}
