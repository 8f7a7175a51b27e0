//! The device API: activate, validate, deactivate, and installs without a key.

mod activate;
pub(crate) mod activation_batch;
mod admission;
mod deactivate;
mod error;
pub mod keyless;
mod request;
pub mod settings;
pub(crate) mod tenant_cache;
mod validate;

use std::sync::Arc;

use keywright_domain::{ids::InstanceId, key::LicenseKey};
use keywright_store::DeviceLicense;

pub use self::{
    activate::Leased,
    admission::{Admission, DeviceCredentials},
    error::Refusal,
    request::{ActivationRequest, DeactivationRequest, ValidationRequest},
    validate::Validated,
};
use crate::context::Context;

/// Use cases of devices.
#[derive(Clone)]
pub struct Activations(pub(crate) Arc<Context>);

impl Activations {
    /// Finds the license of a key within the product, and admits the device by the revision that the
    /// same read returned.
    async fn find_license(
        &self,
        credentials: &DeviceCredentials,
        typed: &str,
        instance: Option<InstanceId>,
    ) -> Result<(Admission, DeviceLicense), Refusal> {
        let cached = self.admit_cached(credentials).await?;
        let Ok(key) = LicenseKey::parse(typed) else {
            self.revalidate(cached, credentials, None).await?;
            return Err(Refusal::LicenseKey);
        };
        let store = &self.0.store;
        let looked = store
            .look_for_license(&cached.tenant_id, key.id(), instance)
            .await?;
        let admission = self
            .revalidate(cached, credentials, looked.revision)
            .await?;
        let found = looked
            .found
            .filter(|found| found.license.product == admission.product_id)
            .ok_or(Refusal::LicenseKey)?;
        Ok((admission, found))
    }
}
