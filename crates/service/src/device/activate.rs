//! Activation: assigns a slot and issues a lease.

use std::sync::Arc;

use keywright_domain::{
    activation::ActivationError, ids::InstanceId, lease::Lease, license::LicenseState,
    time::Timestamp,
};

use super::{
    DeviceService, activation_batch::PendingActivation, admission::DeviceCredentials,
    error::DeviceError, request::ActivationRequest,
};

#[derive(Debug, Clone)]
pub struct IssuedLease {
    pub lease: Lease,
    /// Expiry of the license; `None` for a lifetime license.
    pub license_expires_at: Option<Timestamp>,
}

impl DeviceService {
    /// Assigns a slot to the device and issues a lease. A device that already has a slot keeps
    /// it.
    pub async fn activate(
        &self,
        credentials: &DeviceCredentials,
        request: ActivationRequest,
    ) -> Result<IssuedLease, DeviceError> {
        let (admission, found) = self
            .admit_and_lookup_license(credentials, &request.license_key, None)
            .await?;
        // A revoked or reminted license never becomes active again. Reject it at the same point
        // as an unknown key, so that neither the response nor its timing distinguishes the two.
        if found.license.state != LicenseState::Active {
            return Err(ActivationError::Ended.into());
        }
        let signer = admission.signer()?;
        let pending = PendingActivation {
            license_id: found.license.id,
            tenant_id: admission.tenant_id.clone(),
            request: Arc::new(request),
            new_instance_id: InstanceId::new(self.context.rng.uuid_v4()),
            kid: signer.kid().clone(),
            requested_at: admission.now,
        };
        let (claims, license_expires_at) = self
            .context
            .activation_batcher
            .activate_batch(pending)
            .await?;
        Ok(IssuedLease {
            lease: signer.sign_lease(claims),
            license_expires_at,
        })
    }
}
