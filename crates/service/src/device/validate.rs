//! Validation: issues a new lease to an activated device.

use futures::FutureExt;
use keywright_domain::{
    activation::{LastLease, ValidationError, decide_validation},
    ids::{InstanceId, LicenseId, TenantId},
    lease::LeaseClaims,
    machine_hash::MachineHash,
};
use keywright_store::{LastSeenUpdate, LicenseSnapshot, StoreError};

use super::{
    DeviceService, IssuedLease, admission::DeviceCredentials, error::DeviceError,
    request::ValidationRequest, settings::SettingsResponse,
};

#[derive(Debug, Clone)]
pub struct ValidationResponse {
    pub issued_lease: IssuedLease,
    pub settings: SettingsResponse,
}

impl DeviceService {
    /// Issues a new lease. Validating an expired license can succeed: the lease's status says
    /// whether it is still active.
    pub async fn validate(
        &self,
        credentials: &DeviceCredentials,
        request: ValidationRequest,
    ) -> Result<ValidationResponse, DeviceError> {
        let (admission, found) = self
            .admit_and_lookup_license(credentials, &request.license_key, request.instance_id)
            .await?;
        let now = admission.now;
        let LicenseSnapshot {
            license,
            activation,
        } = found;
        let is_active = activation
            .as_ref()
            .is_some_and(|activation| activation.is_active);
        let status = decide_validation(&license, is_active, now)?;
        let (Some(instance), Some(activation)) = (request.instance_id, activation) else {
            return Err(ValidationError::InstanceNotFound.into());
        };
        if let Some(hash) = request
            .machine_hash
            .filter(|_| activation.lacks_machine_hash)
        {
            self.fill_machine_hash(&admission.tenant_id, license.id, instance, hash)
                .await;
        }
        let signer = admission.signer()?;
        let claims = LeaseClaims::new(&license, instance, signer.kid().clone(), status, now);
        let update = LastSeenUpdate {
            tenant_id: admission.tenant_id.clone(),
            license_id: license.id,
            instance_id: instance,
            seen_at: now,
            lease: LastLease::from(&claims),
            telemetry: request.telemetry,
        };
        self.context.store.record_last_seen(update, &activation);
        Ok(ValidationResponse {
            settings: SettingsResponse::for_admission(&admission)?,
            issued_lease: IssuedLease {
                lease: signer.sign_lease(claims),
                license_expires_at: license.expires_at,
            },
        })
    }

    /// Stores the machine hash of an instance that was activated without a hash. The write
    /// completes before the response, so that the next request can identify the device by its hash.
    /// A failed write is logged and does not fail the request.
    async fn fill_machine_hash(
        &self,
        tenant: &TenantId,
        id: LicenseId,
        instance_id: InstanceId,
        hash: MachineHash,
    ) {
        let tenant = tenant.clone();
        let filled = self.context.store.write(move |tx| {
            async move {
                tx.lock_license(&tenant, id).await?;
                tx.set_missing_machine_hash(&tenant, id, instance_id, &hash)
                    .await
            }
            .boxed()
        });
        let filled: Result<(), StoreError> = filled.await;
        if let Err(error) = filled {
            tracing::warn!(%error, "failed to store a machine hash");
        }
    }
}
