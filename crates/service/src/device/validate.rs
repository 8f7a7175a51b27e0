//! Validation: a fresh lease for a device that has a slot.

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

/// A fresh lease, and what the app is told along with it.
#[derive(Debug, Clone)]
pub struct Validated {
    /// The lease.
    pub leased: Leased,
    /// The product's settings.
    pub settings: SentSettings,
}

impl Activations {
    /// Gives the instance a fresh lease. An expired license's lease says so: look at its status.
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

    /// Rare: only the first validate with a hash after an activation without one comes here. It is on disk before the
    /// answer, so that the device is known by it in its next call; that it is not written refuses nothing.
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
            tracing::warn!(%error, "a device's machine hash was not filled in");
        }
    }
}
