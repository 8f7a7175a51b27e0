//! Validation: issues a new lease to an activated device.

use futures::FutureExt;
use keywright_domain::{
    activation::{LastLease, Refused, lease_for},
    ids::{InstanceId, LicenseId, TenantId},
    lease::LeaseClaims,
    machine::MachineHash,
};
use keywright_store::{DeviceLicense, LastSeenUpdate, StoreError};

use super::{
    Activations, Leased, admission::DeviceCredentials, error::Refusal, request::ValidationRequest,
    settings::SentSettings,
};

#[derive(Debug, Clone)]
pub struct Validated {
    pub leased: Leased,
    pub settings: SentSettings,
}

impl Activations {
    /// Issues a new lease. Validating an expired license can succeed: the lease's status says
    /// whether it is still active.
    pub async fn validate(
        &self,
        credentials: &DeviceCredentials,
        request: ValidationRequest,
    ) -> Result<Validated, Refusal> {
        let (admission, found) = self
            .find_license(credentials, &request.license_key, request.instance)
            .await?;
        let now = admission.now;
        let DeviceLicense {
            license,
            activation,
        } = found;
        let is_active = activation
            .as_ref()
            .is_some_and(|activation| activation.is_active);
        let status = lease_for(&license, is_active, now)?;
        let (Some(instance), Some(activation)) = (request.instance, activation) else {
            return Err(Refused::NoInstance.into());
        };
        if let Some(hash) = request.machine_hash.filter(|_| activation.lacks_hash) {
            self.fill_machine_hash(&admission.tenant_id, license.id, instance, hash)
                .await;
        }
        let signer = admission.signer()?;
        let claims = LeaseClaims::new(&license, instance, signer.kid().clone(), status, now);
        let update = LastSeenUpdate {
            tenant_id: admission.tenant_id.clone(),
            license_id: license.id,
            instance_id: instance,
            at: now,
            lease: LastLease::from(&claims),
            telemetry: request.telemetry,
        };
        self.0.store.record_last_seen(update, &activation);
        Ok(Validated {
            settings: SentSettings::of(&admission)?,
            leased: Leased {
                lease: signer.lease(claims),
                license_expires_at: license.expires_at,
            },
        })
    }

    /// Stores the machine hash of an instance that was activated without one. Rare: it happens
    /// once, at the first validate that sends a hash. The write completes before the response, so
    /// that the next request can identify the device by its hash. A failed write is logged and
    /// does not fail the request.
    async fn fill_machine_hash(
        &self,
        tenant: &TenantId,
        id: LicenseId,
        instance: InstanceId,
        hash: MachineHash,
    ) {
        let tenant = tenant.clone();
        let filled = self.0.store.write(move |tx| {
            async move {
                tx.lock_license(&tenant, id).await?;
                tx.fill_machine_hash(&tenant, id, instance, &hash).await
            }
            .boxed()
        });
        let filled: Result<(), StoreError> = filled.await;
        if let Err(error) = filled {
            tracing::warn!(%error, "failed to store a machine hash");
        }
    }
}
