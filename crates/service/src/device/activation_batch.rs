//! Batched activations, decided and written under the row locks of their licenses.
//!
//! Concurrent activations of different licenses of a tenant share one transaction, because most
//! of its cost is the round trip per statement and the commit.

use std::{collections::BTreeMap, sync::Arc};

use futures::FutureExt;
use keywright_domain::{
    activation::{Activation, ActivationDecision, ActivationError, LastLease, decide_activation},
    ids::{InstanceId, Kid, LicenseId, TenantId},
    lease::{LeaseClaims, LeaseStatus},
    license::License,
    machine_hash::MachineHash,
    time::Timestamp,
};
use keywright_store::{
    LastSeenUpdate, Store, StoreError, Tx,
    batch::{BatchLimits, BatchOutcome, BatchWorker, Batcher},
};

use super::{error::DeviceError, request::ActivationRequest};

/// Name of a device that does not report its name.
const UNKNOWN_DEVICE: &str = "Unknown device";

/// Period in which a retry without a machine hash is matched to its activation by request ID: ten
/// minutes, in milliseconds.
const RETRY_WINDOW_MILLIS: i64 = 600_000;

/// `max_batch_size` is also the maximum number of licenses that a transaction locks.
const LIMITS: BatchLimits = BatchLimits {
    queue_capacity: 1024,
    max_batch_size: 64,
};

/// Maximum number of concurrent transactions on PostgreSQL. With more than one, a transaction that
/// waits for a locked license does not block the others. SQLite serializes writes, so it has a
/// single worker and therefore larger batches.
const MAX_IN_FLIGHT_POSTGRES: usize = 4;

/// An activation waiting to be decided.
#[derive(Clone)]
pub(super) struct PendingActivation {
    pub(super) tenant_id: TenantId,
    pub(super) license_id: LicenseId,
    pub(super) request: Arc<ActivationRequest>,
    /// ID of the new instance, if the device doesn't have an instance yet.
    pub(super) new_instance_id: InstanceId,
    pub(super) kid: Kid,
    pub(super) requested_at: Timestamp,
}

/// The lease claims and the license's expiry.
type Granted = (LeaseClaims, Option<Timestamp>);

pub(crate) struct ActivationBatcher(Batcher<PendingActivation, Result<Granted, DeviceError>>);

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

    /// Activates a device. The decision is made under the license's row lock, so it is still valid
    /// when it is written.
    pub(super) async fn activate_batch(
        &self,
        pending: PendingActivation,
    ) -> Result<Granted, DeviceError> {
        let response = self.0.call(pending).await;
        response.unwrap_or_else(|| Err(StoreError::Aborted.into()))
    }
}

struct ActivationWorker(Store);

impl BatchWorker for ActivationWorker {
    type Request = PendingActivation;
    type Response = Result<Granted, DeviceError>;

    /// A batch contains activations of a single tenant, and at most one for each license, because
    /// an activation depends on the outcome of the license's previous activation.
    fn can_join(batch: &[PendingActivation], next: &PendingActivation) -> bool {
        batch.iter().all(|pending| {
            pending.tenant_id == next.tenant_id && pending.license_id != next.license_id
        })
    }

    async fn run(
        &mut self,
        pending: Vec<PendingActivation>,
    ) -> BatchOutcome<PendingActivation, Self::Response> {
        match activate_batch(&self.0, &pending).await {
            Ok(outcomes) => BatchOutcome::Completed(outcomes),
            // A license is locked, or a concurrent validate has just stored the machine hash that
            // one of these requests activates with.
            Err(DeviceError::Internal(error)) if error.is_isolatable() && pending.len() > 1 => {
                BatchOutcome::RetryEach(pending)
            }
            Err(refusal) => {
                let refused = pending.iter().map(|_| Err(refusal.clone()));
                BatchOutcome::Completed(refused.collect())
            }
        }
    }
}

/// Activates the devices and returns the outcomes in the order of `pending`. `Err` applies to the
/// whole batch.
async fn activate_batch(
    store: &Store,
    pending: &[PendingActivation],
) -> Result<Vec<Result<Granted, DeviceError>>, DeviceError> {
    // Lock rows in the order of license IDs to avoid deadlocks.
    let mut by_license: Vec<(usize, PendingActivation)> =
        pending.iter().cloned().enumerate().collect();
    by_license.sort_by_key(|(_, pending)| pending.license_id);
    let (indices, by_license): (Vec<usize>, Vec<_>) = by_license.into_iter().unzip();
    let outcomes = write_batch(store, by_license).await?;
    let outcomes: BTreeMap<_, _> = indices.into_iter().zip(outcomes).collect();
    Ok(outcomes.into_values().collect())
}

/// Activates devices of one tenant, each on a different license, in one transaction.
async fn write_batch(
    store: &Store,
    pending: Vec<PendingActivation>,
) -> Result<Vec<Result<Granted, DeviceError>>, DeviceError> {
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
                        None => Err(DeviceError::LicenseKeyNotFound),
                        Some(license) => pending
                            .decide(tx, license, existing.get(&pending.license_id), &mut new)
                            .await?
                            .map(|claims| (claims, license.expires_at))
                            .map_err(DeviceError::from),
                    };
                    outcomes.push(outcome);
                }
                insert_new(tx, &tenant_id, &new)
                    .await
                    .map_err(|refusal| match refusal {
                        // A conflict makes the batcher retry each activation separately, so that
                        // only the denied activation fails.
                        DeviceError::Activation(_) if pending.len() > 1 => {
                            StoreError::Conflict.into()
                        }
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
    tenant_id: &TenantId,
    pending: &[PendingActivation],
) -> Result<BTreeMap<LicenseId, License>, DeviceError> {
    let ids: Vec<LicenseId> = pending.iter().map(|pending| pending.license_id).collect();
    let licenses = tx.lock_licenses(tenant_id, &ids).await?;
    let by_id = licenses.into_iter().map(|license| (license.id, license));
    Ok(by_id.collect())
}

/// Returns, by license, the instance that the activating device already has.
async fn existing_instances(
    tx: &mut Tx<'_>,
    tenant_id: &TenantId,
    pending: &[PendingActivation],
) -> Result<BTreeMap<LicenseId, InstanceId>, DeviceError> {
    let machines = pending.iter().filter_map(|pending| {
        let hash = pending.request.machine_hash.as_ref()?;
        Some((pending.license_id, hash))
    });
    let machines: Vec<(LicenseId, &MachineHash)> = machines.collect();
    let mut existing = tx
        .find_active_instances_by_machine(tenant_id, &machines)
        .await?;
    for pending in pending {
        // Older clients send no machine hash; match their retries by request ID.
        if pending.request.machine_hash.is_none()
            && let Some(request_id) = &pending.request.request_id
        {
            let since = pending.requested_at.plus_millis(-RETRY_WINDOW_MILLIS);
            let instance = tx
                .find_active_instance_by_request(tenant_id, pending.license_id, request_id, since)
                .await?;
            existing.extend(instance.map(|instance| (pending.license_id, instance)));
        }
    }
    Ok(existing)
}

/// Takes slots and inserts activations. The caller holds the row locks and has found the slots
/// free; the condition in the statement is a second safeguard.
async fn insert_new(
    tx: &mut Tx<'_>,
    tenant_id: &TenantId,
    new: &[Activation],
) -> Result<(), DeviceError> {
    if new.is_empty() {
        return Ok(());
    }
    let ids: Vec<LicenseId> = new.iter().map(|activation| activation.license_id).collect();
    if tx.take_slots(tenant_id, &ids).await? < ids.len() {
        return Err(ActivationError::LimitReached.into());
    }
    Ok(tx.insert_activations(new).await?)
}

impl PendingActivation {
    /// Returns the lease claims if the device is granted a slot, and adds any new activation to
    /// `new`.
    async fn decide(
        &self,
        tx: &mut Tx<'_>,
        license: &License,
        existing: Option<&InstanceId>,
        new: &mut Vec<Activation>,
    ) -> Result<Result<LeaseClaims, ActivationError>, DeviceError> {
        Ok(
            match decide_activation(license, existing.copied(), self.requested_at) {
                Ok(ActivationDecision::Reuse(instance)) => {
                    Ok(self.reuse(tx, license, instance).await?)
                }
                Ok(ActivationDecision::Claim) => {
                    let claims = self.lease_claims(license, self.new_instance_id);
                    new.push(self.new_activation(license, &claims));
                    Ok(claims)
                }
                Err(denied) => Err(denied),
            },
        )
    }

    fn lease_claims(&self, license: &License, instance_id: InstanceId) -> LeaseClaims {
        LeaseClaims::new(
            &license.lease_inputs(),
            instance_id,
            self.kid.clone(),
            LeaseStatus::Active,
            self.requested_at,
        )
    }

    async fn reuse(
        &self,
        tx: &mut Tx<'_>,
        license: &License,
        instance_id: InstanceId,
    ) -> Result<LeaseClaims, DeviceError> {
        let claims = self.lease_claims(license, instance_id);
        let (name, free_tier) = (
            &self.request.device_name,
            &self.request.free_tier_instance_id,
        );
        if name.is_some() || free_tier.is_some() {
            let (name, free_tier) = (name.as_deref(), free_tier.as_deref());
            tx.update_reactivated_instance(
                &license.tenant_id,
                license.id,
                instance_id,
                name,
                free_tier,
            )
            .await?;
        }
        let update = LastSeenUpdate {
            tenant_id: license.tenant_id.clone(),
            license_id: license.id,
            instance_id,
            seen_at: self.requested_at,
            lease: LastLease::from(&claims),
            telemetry: self.request.telemetry.clone(),
        };
        tx.update_last_seen(&license.tenant_id, &[&update]).await?;
        Ok(claims)
    }

    fn new_activation(&self, license: &License, claims: &LeaseClaims) -> Activation {
        let request = &self.request;
        let name = request.device_name.as_deref().unwrap_or(UNKNOWN_DEVICE);
        Activation {
            tenant_id: license.tenant_id.clone(),
            license_id: license.id,
            instance_id: self.new_instance_id,
            machine_hash: request.machine_hash.clone(),
            request_id: request.request_id.clone(),
            device_name: name.to_owned(),
            created_at: self.requested_at,
            last_validated_at: self.requested_at,
            deactivation: None,
            last_lease: LastLease::from(claims),
            free_tier_instance_id: request.free_tier_instance_id.clone(),
            telemetry: request.telemetry.clone(),
        }
    }
}
