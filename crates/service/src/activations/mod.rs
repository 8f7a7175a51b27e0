//! What devices ask: activate, validate, deactivate.

mod admission;
mod claim;

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    activation::{Deactivation, Denied, LastLease, Refused, Telemetry, lease_for},
    ids::{InstanceId, LicenseId, TenantId},
    key::LicenseKey,
    lease::{Lease, LeaseClaims},
    license::LicenseState,
    machine::MachineHash,
    time::Timestamp,
};
use keywright_store::{DeviceLicense, StoreError, Touch};

pub use self::admission::{Admission, DeviceCredentials};
use self::claim::Claim;
pub(crate) use self::claim::Claims;
use crate::{Error, context::Context, settings::SentSettings};

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

/// A device that asks for a slot.
pub struct ActivationRequest {
    /// The key as it was typed.
    pub license_key: String,
    /// The device's own hash.
    pub machine_hash: Option<MachineHash>,
    /// Its name, already cleaned.
    pub device_name: Option<String>,
    /// The id of the request, by which a repeat is known.
    pub request_id: Option<String>,
    /// The keyless install that it was before.
    pub free_tier_instance_id: Option<String>,
    /// What it says about itself.
    pub telemetry: Telemetry,
}

/// A device that asks for a fresh lease.
pub struct ValidationRequest {
    /// The key as it was typed.
    pub license_key: String,
    /// The slot it says it holds; `None` where what it sent can't be one.
    pub instance: Option<InstanceId>,
    /// The device's own hash.
    pub machine_hash: Option<MachineHash>,
    /// What it says about itself.
    pub telemetry: Telemetry,
}

/// A device that gives its slot back.
pub struct DeactivationRequest {
    /// The key as it was typed.
    pub license_key: String,
    /// The slot it says it holds; `None` where what it sent can't be one.
    pub instance: Option<InstanceId>,
}

/// A lease, and when the license ends.
#[derive(Debug, Clone)]
pub struct Leased {
    /// The signed lease.
    pub lease: Lease,
    /// When the license ends; `None` for lifetime.
    pub license_expires_at: Option<Timestamp>,
}

/// A fresh lease, and what the app is told along with it.
#[derive(Debug, Clone)]
pub struct Validated {
    /// The lease.
    pub leased: Leased,
    /// The product's settings.
    pub settings: SentSettings,
}

/// Use cases of devices.
#[derive(Clone)]
pub struct Activations(pub(crate) Arc<Context>);

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
        let claim = Claim {
            license: known.license.id,
            tenant: admission.tenant_id.clone(),
            request: Arc::new(request),
            fresh: InstanceId::new(self.0.rng.uuid()),
            kid: signer.kid().clone(),
            now: admission.now,
        };
        let (claims, license_expires_at) = self.0.claims.run(&self.0.store, claim).await?;
        Ok(Leased {
            lease: signer.lease(claims),
            license_expires_at,
        })
    }

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
        let DeviceLicense { license, device } = found;
        let is_active = device.as_ref().is_some_and(|device| device.is_active);
        let status = lease_for(&license, is_active, now)?;
        let (Some(instance), Some(device)) = (request.instance, device) else {
            return Err(Refused::NoInstance.into());
        };
        if let Some(hash) = request.machine_hash.filter(|_| device.lacks_hash) {
            self.fill_machine_hash(&admission.tenant_id, license.id, instance, hash)
                .await;
        }
        let signer = admission.signer()?;
        let claims = LeaseClaims::new(&license, instance, signer.kid().clone(), status, now);
        let touch = Touch {
            tenant: admission.tenant_id.clone(),
            license: license.id,
            instance,
            at: now,
            lease: last_lease(&claims),
            telemetry: request.telemetry,
        };
        self.0.store.touch(touch, &device);
        Ok(Validated {
            settings: SentSettings::of(&admission)?,
            leased: Leased {
                lease: signer.lease(claims),
                license_expires_at: license.expires_at,
            },
        })
    }

    /// Takes the slot back. An instance that is deactivated already stays so: the first try's answer was lost.
    pub async fn deactivate(
        &self,
        credentials: &DeviceCredentials,
        request: DeactivationRequest,
    ) -> Result<(), Refusal> {
        let (admission, found) = self
            .find_license(credentials, &request.license_key, request.instance)
            .await?;
        let (Some(instance), Some(device)) = (request.instance, found.device) else {
            return Err(Refused::NoInstance.into());
        };
        if !device.is_active {
            return Ok(());
        }
        let (tenant, license) = (admission.tenant_id.clone(), found.license.id);
        let deactivation = Deactivation {
            at: admission.now,
            by_operator: None,
        };
        self.0
            .store
            .write(move |tx| {
                async move {
                    tx.lock_license(&tenant, license).await?;
                    if tx
                        .end_instance(&tenant, license, instance, &deactivation)
                        .await?
                    {
                        tx.free_slot(&tenant, license).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
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

fn last_lease(claims: &LeaseClaims) -> LastLease {
    LastLease {
        status: claims.status,
        expires_at: Timestamp::from_seconds(claims.expires_at),
    }
}
