//! Activation: a slot and a lease.

use std::sync::Arc;

use keywright_domain::{
    activation::Denied, ids::InstanceId, lease::Lease, license::LicenseState, time::Timestamp,
};

use super::{
    Activations, activation_batch::PendingActivation, admission::DeviceCredentials, error::Refusal,
    request::ActivationRequest,
};

/// A lease, and when the license ends.
#[derive(Debug, Clone)]
pub struct Leased {
    /// The signed lease.
    pub lease: Lease,
    /// When the license ends; `None` for lifetime.
    pub license_expires_at: Option<Timestamp>,
}

impl Activations {
    /// Gives the device a slot and a lease; the slot it has, if it has one.
    pub async fn activate(
        &self,
        credentials: &DeviceCredentials,
        request: ActivationRequest,
    ) -> Result<Leased, Refusal> {
        let (admission, known) = self
            .find_license(credentials, &request.license_key, None)
            .await?;
        // What has ended never comes back. It is told as soon as that there is no such key, so that neither the answer nor the time
        // that it takes tells the two apart.
        if known.license.state != LicenseState::Active {
            return Err(Denied::Ended.into());
        }
        let signer = admission.signer()?;
        let pending = PendingActivation {
            license_id: known.license.id,
            tenant_id: admission.tenant_id.clone(),
            request: Arc::new(request),
            new_instance_id: InstanceId::new(self.0.rng.uuid()),
            kid: signer.kid().clone(),
            now: admission.now,
        };
        let (claims, license_expires_at) = self.0.activation_batcher.activate(pending).await?;
        Ok(Leased {
            lease: signer.lease(claims),
            license_expires_at,
        })
    }
}
