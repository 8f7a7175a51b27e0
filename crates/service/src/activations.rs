//! What devices ask: activate, validate, deactivate.

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    activation::{
        Activation, Deactivation, Decision, Denied, LastLease, Refused, Telemetry, decide,
        lease_for,
    },
    ids::{InstanceId, Kid, LicenseId, ProductId, TenantId},
    key::LicenseKey,
    lease::{Lease, LeaseClaims, LeaseStatus},
    license::License,
    machine::MachineHash,
    sdk_key::SdkKeyHash,
    time::Timestamp,
};
use keywright_store::{DeviceLicense, Seat, Store, StoreError, Touch, Tx};
use subtle::ConstantTimeEq;

use crate::{Error, context::Context};

/// The name of a device that tells none.
const UNKNOWN_DEVICE: &str = "Unknown device";

/// How long a repeated request id finds the activation that it made, without a machine hash: ten minutes, in
/// milliseconds.
const REPEAT_MILLIS: i64 = 600_000;

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

/// A product that a device may talk to: what [`Activations::admit`] gives.
#[derive(Debug, Clone)]
pub struct Admitted {
    tenant: TenantId,
    product: ProductId,
    /// The one reading of the clock that the whole answer is made from.
    now: Timestamp,
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

/// Use cases of devices.
#[derive(Clone)]
pub struct Activations(pub(crate) Arc<Context>);

impl Activations {
    /// Checks the SDK key, the tenant and the product of a call, in this order.
    pub async fn admit(
        &self,
        tenant: &str,
        product: &str,
        sdk_key: Option<&[u8]>,
    ) -> Result<Admitted, Refusal> {
        let tenant: TenantId = tenant.parse().map_err(|_| Refusal::SdkKey)?;
        let now = self.0.clock.now();
        let found = self
            .0
            .store
            .device_tenant(&tenant, now)
            .await?
            .ok_or(Refusal::SdkKey)?;
        if !opens(&found.sdk_keys, sdk_key) {
            return Err(Refusal::SdkKey);
        }
        if found.suspended {
            return Err(Refusal::Suspended);
        }
        let product: ProductId = product.parse().map_err(|_| Refusal::Product)?;
        if !self.0.store.has_product(&tenant, &product).await? {
            return Err(Refusal::Product);
        }
        Ok(Admitted {
            tenant,
            product,
            now,
        })
    }

    /// Gives the device a slot and a lease; the slot it has, if it has one.
    pub async fn activate(
        &self,
        admitted: &Admitted,
        request: ActivationRequest,
    ) -> Result<Leased, Refusal> {
        let known = self
            .find_license(admitted, &request.license_key, None)
            .await?;
        let signer = self.0.lease_signer(&admitted.tenant).await?;
        let work = Work {
            license: known.license.id,
            admitted: admitted.clone(),
            request: Arc::new(request),
            fresh: InstanceId::new(self.0.rng.uuid()),
            kid: signer.kid().clone(),
            now: admitted.now,
        };
        let claimed = match work.clone().run(&self.0.store).await {
            // A device that was only just named by a validate raced us to its machine: look again.
            Err(Refusal::Trouble(Error::Conflict(_))) => work.run(&self.0.store).await,
            other => other,
        };
        let (claims, license_expires_at) = claimed?;
        Ok(Leased {
            lease: signer.sign(claims),
            license_expires_at,
        })
    }

    /// Gives the instance a fresh lease. An expired license's lease says so: look at its status.
    pub async fn validate(
        &self,
        admitted: &Admitted,
        request: ValidationRequest,
    ) -> Result<Leased, Refusal> {
        let now = admitted.now;
        let DeviceLicense {
            license,
            instance_active,
            lacks_hash,
        } = self
            .find_license(admitted, &request.license_key, request.instance)
            .await?;
        let status = lease_for(&license, instance_active == Some(true), now)?;
        let instance = request.instance.ok_or(Refused::NoInstance)?;
        let signer = self.0.lease_signer(&admitted.tenant).await?;
        let claims = LeaseClaims::new(&license, instance, signer.kid().clone(), status, now);
        self.0.store.touch(Touch {
            tenant: license.tenant,
            license: license.id,
            instance,
            at: now,
            lease: last_lease(&claims),
            machine_hash: request.machine_hash,
            lacks_hash,
            telemetry: request.telemetry,
        });
        Ok(Leased {
            lease: signer.sign(claims),
            license_expires_at: license.expires_at,
        })
    }

    /// Takes the slot back. An instance that is deactivated already stays so: the first try's answer was lost.
    pub async fn deactivate(
        &self,
        admitted: &Admitted,
        request: DeactivationRequest,
    ) -> Result<(), Refusal> {
        let found = self
            .find_license(admitted, &request.license_key, request.instance)
            .await?;
        let (Some(instance), Some(active)) = (request.instance, found.instance_active) else {
            return Err(Refused::NoInstance.into());
        };
        if !active {
            return Ok(());
        }
        let (tenant, license) = (found.license.tenant, found.license.id);
        let deactivation = Deactivation {
            at: admitted.now,
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

    async fn find_license(
        &self,
        admitted: &Admitted,
        typed: &str,
        instance: Option<InstanceId>,
    ) -> Result<DeviceLicense, Refusal> {
        let key = LicenseKey::parse(typed).map_err(|_| Refusal::LicenseKey)?;
        let found = self
            .0
            .store
            .device_license(&admitted.tenant, key.id(), instance)
            .await?;
        found
            .filter(|found| found.license.product == admitted.product)
            .ok_or(Refusal::LicenseKey)
    }
}

/// Whether what was sent is one of the tenant's SDK keys; a tenant that has none asks for none. Every key is compared,
/// each in constant time.
fn opens(sdk_keys: &[SdkKeyHash], sent: Option<&[u8]>) -> bool {
    let sent = SdkKeyHash::of(sent.unwrap_or_default());
    let matches = sdk_keys.iter().fold(0_u8, |found, key| {
        found | key.as_bytes().ct_eq(sent.as_bytes()).unwrap_u8()
    });
    sdk_keys.is_empty() || matches == 1
}

fn last_lease(claims: &LeaseClaims) -> LastLease {
    LastLease {
        status: claims.status,
        expires_at: Timestamp::from_seconds(claims.expires_at),
    }
}

/// One activation, ready to be tried.
#[derive(Clone)]
struct Work {
    admitted: Admitted,
    license: LicenseId,
    request: Arc<ActivationRequest>,
    fresh: InstanceId,
    kid: Kid,
    now: Timestamp,
}

impl Work {
    /// Decides under the license's lock, so that what was decided is what is written.
    async fn run(self, store: &Store) -> Result<(LeaseClaims, Option<Timestamp>), Refusal> {
        store
            .write(move |tx| {
                async move {
                    let license = tx.lock_license(&self.admitted.tenant, self.license).await?;
                    let license = license.ok_or(Refusal::LicenseKey)?;
                    let held = tx
                        .held_instance(&license.tenant, license.id, self.seat())
                        .await?;
                    let claims = match decide(&license, held, self.now)? {
                        Decision::Keep(instance) => self.keep(tx, &license, instance).await?,
                        Decision::Claim => self.claim(tx, &license).await?,
                    };
                    Ok((claims, license.expires_at))
                }
                .boxed()
            })
            .await
    }

    fn seat(&self) -> Seat<'_> {
        let since = self.now.plus_millis(-REPEAT_MILLIS);
        Seat {
            machine_hash: self.request.machine_hash.as_ref(),
            request: self.request.request_id.as_deref().map(|id| (id, since)),
        }
    }

    fn claims(&self, license: &License, instance: InstanceId) -> LeaseClaims {
        LeaseClaims::new(
            license,
            instance,
            self.kid.clone(),
            LeaseStatus::Active,
            self.now,
        )
    }

    async fn keep(
        &self,
        tx: &mut Tx<'_>,
        license: &License,
        instance: InstanceId,
    ) -> Result<LeaseClaims, Refusal> {
        let claims = self.claims(license, instance);
        if let Some(name) = &self.request.device_name {
            tx.rename_instance(&license.tenant, license.id, instance, name)
                .await?;
        }
        let touch = Touch {
            tenant: license.tenant.clone(),
            license: license.id,
            instance,
            at: self.now,
            lease: last_lease(&claims),
            machine_hash: None,
            lacks_hash: false,
            telemetry: self.request.telemetry.clone(),
        };
        tx.touch_instance(&touch).await?;
        Ok(claims)
    }

    async fn claim(&self, tx: &mut Tx<'_>, license: &License) -> Result<LeaseClaims, Refusal> {
        let claims = self.claims(license, self.fresh);
        if !tx.take_slot(&license.tenant, license.id).await? {
            return Err(Denied::Full.into());
        }
        let request = &self.request;
        let activation = Activation {
            tenant: license.tenant.clone(),
            license: license.id,
            instance: self.fresh,
            machine_hash: request.machine_hash.clone(),
            request_id: request.request_id.clone(),
            device_name: request
                .device_name
                .clone()
                .unwrap_or_else(|| UNKNOWN_DEVICE.to_owned()),
            created_at: self.now,
            last_validated_at: self.now,
            deactivated: None,
            last_lease: last_lease(&claims),
            free_tier_instance_id: request.free_tier_instance_id.clone(),
            telemetry: request.telemetry.clone(),
        };
        tx.insert_activation(&activation).await?;
        Ok(claims)
    }
}
