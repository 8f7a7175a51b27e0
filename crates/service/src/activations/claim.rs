//! Giving a device its slot: decided and written under the license's lock.

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    activation::{Activation, Decision, Denied, decide},
    ids::{InstanceId, Kid, LicenseId, TenantId},
    lease::{LeaseClaims, LeaseStatus},
    license::License,
    time::Timestamp,
};
use keywright_store::{Seat, Store, Touch, Tx};

use super::{ActivationRequest, Refusal, last_lease};

/// The name of a device that tells none.
const UNKNOWN_DEVICE: &str = "Unknown device";

/// How long a repeated request id finds the activation that it made, without a machine hash: ten minutes, in
/// milliseconds.
const REPEAT_MILLIS: i64 = 600_000;

/// One activation, ready to be tried.
#[derive(Clone)]
pub(super) struct Claim {
    pub(super) tenant: TenantId,
    pub(super) license: LicenseId,
    pub(super) request: Arc<ActivationRequest>,
    pub(super) fresh: InstanceId,
    pub(super) kid: Kid,
    pub(super) now: Timestamp,
}

impl Claim {
    /// Decides under the license's lock, so that what was decided is what is written.
    pub(super) async fn run(
        self,
        store: &Store,
    ) -> Result<(LeaseClaims, Option<Timestamp>), Refusal> {
        store
            .write(move |tx| {
                async move {
                    let license = tx.lock_license(&self.tenant, self.license).await?;
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
        let (name, free_tier) = (
            &self.request.device_name,
            &self.request.free_tier_instance_id,
        );
        if name.is_some() || free_tier.is_some() {
            let (name, free_tier) = (name.as_deref(), free_tier.as_deref());
            tx.refresh_instance(&license.tenant, license.id, instance, name, free_tier)
                .await?;
        }
        let touch = Touch {
            tenant: license.tenant.clone(),
            license: license.id,
            instance,
            at: self.now,
            lease: last_lease(&claims),
            telemetry: self.request.telemetry.clone(),
        };
        tx.touch_instances(&license.tenant, &[&touch]).await?;
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
