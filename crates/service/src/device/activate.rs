//! Activation: assigns a slot and issues a lease.

use std::sync::Arc;

use keywright_domain::{
    activation::Denied, ids::InstanceId, lease::Lease, license::LicenseState, time::Timestamp,
};

use super::{
    Activations, activation_batch::PendingActivation, admission::DeviceCredentials, error::Refusal,
    request::ActivationRequest,
};

#[derive(Debug, Clone)]
pub struct Leased {
    pub lease: Lease,
    /// Expiry of the license; `None` for a lifetime license.
    pub license_expires_at: Option<Timestamp>,
}

impl Activations {
    /// Assigns a slot to the device and issues a lease. A device that already has a slot keeps
    /// it.
    pub async fn activate(
        &self,
        credentials: &DeviceCredentials,
        request: ActivationRequest,
    ) -> Result<Leased, Refusal> {
        let (admission, known) = self
            .find_license(credentials, &request.license_key, None)
            .await?;
        // A revoked or reminted license never becomes active again. Reject it at the same point
        // as an unknown key, so that neither the response nor its timing distinguishes the two.
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
