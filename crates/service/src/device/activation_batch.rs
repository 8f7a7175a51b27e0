//! Batched activations: decided and written under the locks of their licenses.
//!
//! Devices that activate different licenses of a tenant at the same time share a unit of work,
//! which costs mostly the round trip of each statement, and the commit.

use std::{collections::BTreeMap, sync::Arc};

use futures::FutureExt;
use keywright_domain::{
    activation::{Activation, Decision, Denied, LastLease, decide},
    ids::{InstanceId, Kid, LicenseId, TenantId},
    lease::{LeaseClaims, LeaseStatus},
    license::License,
    machine::MachineHash,
    time::Timestamp,
};
use keywright_store::{
    LastSeenUpdate, Store, StoreError, Tx,
    batch::{Batch, BatchLimits, BatchWorker, Batcher},
};

use super::{error::Refusal, request::ActivationRequest};

/// Name of a device that sends none.
const UNKNOWN_DEVICE: &str = "Unknown device";

/// How long a repeated request id finds the activation that it made, without a machine hash: ten
/// minutes, in milliseconds.
const REPEAT_MILLIS: i64 = 600_000;

/// `batch` is also the maximum number of licenses that a unit of work locks.
const LIMITS: BatchLimits = BatchLimits {
    queue: 1024,
    batch: 64,
};

/// Units of work in flight on PostgreSQL: one that waits for a locked license leaves the others a
/// way. SQLite runs them one after another anyway, and one that takes all is faster.
const MAX_IN_FLIGHT_POSTGRES: usize = 4;

/// One activation, ready to be tried.
#[derive(Clone)]
pub(super) struct PendingActivation {
    pub(super) tenant_id: TenantId,
    pub(super) license_id: LicenseId,
    pub(super) request: Arc<ActivationRequest>,
    /// Id of the instance, if the device has none yet.
    pub(super) new_instance_id: InstanceId,
    pub(super) kid: Kid,
    pub(super) now: Timestamp,
}

/// The claims of the lease, and when the license ends.
type Granted = (LeaseClaims, Option<Timestamp>);

/// Activates devices in batches.
pub(crate) struct ActivationBatcher(Batcher<PendingActivation, Result<Granted, Refusal>>);

impl ActivationBatcher {
    pub(crate) fn start(store: &Store) -> Self {
        let max_in_flight = if store.serializes_writes() {
            1
        } else {
            MAX_IN_FLIGHT_POSTGRES
        };
        let workers = (0..max_in_flight).map(|_| ActivationWorker(store.clone()));
        Self(Batcher::start(LIMITS, workers))
    }

    /// Decides under the lock of the license, so that what was decided is what is written.
    pub(super) async fn activate(&self, pending: PendingActivation) -> Result<Granted, Refusal> {
        let response = self.0.call(pending).await;
        response.unwrap_or_else(|| Err(StoreError::Aborted.into()))
    }
}

struct ActivationWorker(Store);

impl BatchWorker for ActivationWorker {
    type Request = PendingActivation;
    type Response = Result<Granted, Refusal>;

    /// One tenant, and each license once: an activation is decided by what the one before left.
    fn can_join(batch: &[PendingActivation], next: &PendingActivation) -> bool {
        batch.iter().all(|pending| {
            pending.tenant_id == next.tenant_id && pending.license_id != next.license_id
        })
    }

    async fn run(
        &mut self,
        pending: Vec<PendingActivation>,
    ) -> Batch<PendingActivation, Self::Response> {
        match activate(&self.0, &pending).await {
            Ok(outcomes) => Batch::Done(outcomes),
            // One of the licenses is locked, or a validate has just named the device that another
            // request activates.
            Err(Refusal::Trouble(error)) if error.is_about_one() && pending.len() > 1 => {
                Batch::RetryEach(pending)
            }
            Err(refusal) => {
                let refused = pending.iter().map(|_| Err(refusal.clone()));
                Batch::Done(refused.collect())
            }
        }
    }
}

/// Returns an outcome for each activation, in their order. An error concerns all of them.
async fn activate(
    store: &Store,
    pending: &[PendingActivation],
) -> Result<Vec<Result<Granted, Refusal>>, Refusal> {
    // Rows are locked in the order of their licenses, as by everything else that writes several.
    let mut by_license: Vec<(usize, PendingActivation)> =
        pending.iter().cloned().enumerate().collect();
    by_license.sort_by_key(|(_, pending)| pending.license_id);
    let (indices, by_license): (Vec<usize>, Vec<_>) = by_license.into_iter().unzip();
    let outcomes = write(store, by_license).await?;
    let outcomes: BTreeMap<_, _> = indices.into_iter().zip(outcomes).collect();
    Ok(outcomes.into_values().collect())
}

/// Activates devices of one tenant, each on a license of its own, as one unit of work.
async fn write(
    store: &Store,
    pending: Vec<PendingActivation>,
) -> Result<Vec<Result<Granted, Refusal>>, Refusal> {
    let Some(tenant_id) = pending.first().map(|first| first.tenant_id.clone()) else {
        return Ok(Vec::new());
    };
    store
        .write(move |tx| {
            async move {
                let licenses = lock_licenses(tx, &tenant_id, &pending).await?;
                let existing = existing_instances(tx, &tenant_id, &pending).await?;
                let mut new = Vec::new();
                let mut outcomes = Vec::with_capacity(pending.len());
                for pending in &pending {
                    let outcome = match licenses.get(&pending.license_id) {
                        None => Err(Refusal::LicenseKey),
                        Some(license) => pending
                            .decide(tx, license, existing.get(&pending.license_id), &mut new)
                            .await?
                            .map(|claims| (claims, license.expires_at))
                            .map_err(Refusal::from),
                    };
                    outcomes.push(outcome);
                }
                insert_new(tx, &tenant_id, &new)
                    .await
                    .map_err(|refusal| match refusal {
                        // Each is tried again, and the one that is denied learns it then.
                        Refusal::Denied(_) if pending.len() > 1 => StoreError::Conflict.into(),
                        other => other,
                    })?;
                Ok(outcomes)
            }
            .boxed()
        })
        .await
}

async fn lock_licenses(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    pending: &[PendingActivation],
) -> Result<BTreeMap<LicenseId, License>, Refusal> {
    let ids: Vec<LicenseId> = pending.iter().map(|pending| pending.license_id).collect();
    let licenses = tx.lock_licenses(tenant, &ids).await?;
    let by_id = licenses.into_iter().map(|license| (license.id, license));
    Ok(by_id.collect())
}

/// Returns, by license, the instance that the activating device has already.
async fn existing_instances(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    pending: &[PendingActivation],
) -> Result<BTreeMap<LicenseId, InstanceId>, Refusal> {
    let machines = pending.iter().filter_map(|pending| {
        let hash = pending.request.machine_hash.as_ref()?;
        Some((pending.license_id, hash))
    });
    let machines: Vec<(LicenseId, &MachineHash)> = machines.collect();
    let mut existing = tx.held_by_machines(tenant, &machines).await?;
    for pending in pending {
        // Older clients send no hash; their retries are recognized by the request id.
        if pending.request.machine_hash.is_none()
            && let Some(request_id) = &pending.request.request_id
        {
            let since = pending.now.plus_millis(-REPEAT_MILLIS);
            let instance = tx
                .held_by_request(tenant, pending.license_id, request_id, since)
                .await?;
            existing.extend(instance.map(|instance| (pending.license_id, instance)));
        }
    }
    Ok(existing)
}

/// Takes slots and inserts activations. A slot that was free under the lock can be taken; the
/// condition of the statement holds all the same.
async fn insert_new(tx: &mut Tx<'_>, tenant: &TenantId, new: &[Activation]) -> Result<(), Refusal> {
    if new.is_empty() {
        return Ok(());
    }
    let ids: Vec<LicenseId> = new.iter().map(|activation| activation.license).collect();
    if tx.take_slots(tenant, &ids).await? < ids.len() {
        return Err(Denied::Full.into());
    }
    Ok(tx.insert_activations(new).await?)
}

impl PendingActivation {
    /// Returns the claims of the lease, if the device gets one, and adds a new activation to `new`.
    async fn decide(
        &self,
        tx: &mut Tx<'_>,
        license: &License,
        existing: Option<&InstanceId>,
        new: &mut Vec<Activation>,
    ) -> Result<Result<LeaseClaims, Denied>, Refusal> {
        Ok(match decide(license, existing.copied(), self.now) {
            Ok(Decision::Keep(instance)) => Ok(self.reuse(tx, license, instance).await?),
            Ok(Decision::Claim) => {
                let claims = self.claims(license, self.new_instance_id);
                new.push(self.activation(license, &claims));
                Ok(claims)
            }
            Err(denied) => Err(denied),
        })
    }

    fn claims(&self, license: &License, instance: InstanceId) -> LeaseClaims {
        LeaseClaims::new(
            &license.terms(),
            instance,
            self.kid.clone(),
            LeaseStatus::Active,
            self.now,
        )
    }

    async fn reuse(
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
        let update = LastSeenUpdate {
            tenant_id: license.tenant.clone(),
            license_id: license.id,
            instance_id: instance,
            at: self.now,
            lease: LastLease::from(&claims),
            telemetry: self.request.telemetry.clone(),
        };
        tx.update_last_seen(&license.tenant, &[&update]).await?;
        Ok(claims)
    }

    fn activation(&self, license: &License, claims: &LeaseClaims) -> Activation {
        let request = &self.request;
        let name = request.device_name.as_deref().unwrap_or(UNKNOWN_DEVICE);
        Activation {
            tenant: license.tenant.clone(),
            license: license.id,
            instance: self.new_instance_id,
            machine_hash: request.machine_hash.clone(),
            request_id: request.request_id.clone(),
            device_name: name.to_owned(),
            created_at: self.now,
            last_validated_at: self.now,
            deactivated: None,
            last_lease: LastLease::from(claims),
            free_tier_instance_id: request.free_tier_instance_id.clone(),
            telemetry: request.telemetry.clone(),
        }
    }
}
