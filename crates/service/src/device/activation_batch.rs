//! Giving devices their slots: decided and written under their licenses' locks.
//!
//! Devices that ask at the same time, each for a slot of another license, get theirs in one unit of work: what it costs is mostly
//! the way to the database and back, once for each statement, and the commit. Who comes alone does not wait for company.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{FutureExt, future::join_all};
use keywright_domain::{
    activation::{Activation, Decision, Denied, LastLease, decide},
    ids::{InstanceId, Kid, LicenseId, TenantId},
    lease::{LeaseClaims, LeaseStatus},
    license::License,
    machine::MachineHash,
    time::Timestamp,
};
use keywright_store::{Store, StoreError, Touch, Tx};
use tokio::sync::oneshot;

use super::{error::Refusal, request::ActivationRequest};

/// The name of a device that tells none.
const UNKNOWN_DEVICE: &str = "Unknown device";

/// How long a repeated request id finds the activation that it made, without a machine hash: ten minutes, in
/// milliseconds.
const REPEAT_MILLIS: i64 = 600_000;

/// Most claims in a unit of work: bounds how long the first of them waits for the last.
const TOGETHER: usize = 64;

/// Units of work that may be under way at the same time where units don't wait for one another: one that waits for a license which
/// somebody holds, and devices that all claim slots of one license, leave others a way. Where they do, one that takes all is quicker.
const AT_ONCE: usize = 4;

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

/// What a device is given: the claims of its lease, and when its license ends.
type Claimed = (LeaseClaims, Option<Timestamp>);

/// Claims that wait until a unit of work may begin.
#[derive(Clone, Default)]
pub(crate) struct Claims(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    /// How many see to those who wait.
    under_way: usize,
}

impl Queue {
    /// Whether all who wait can be seen to in one unit of work with this one.
    fn goes_with_all(&self, claim: &Claim) -> bool {
        self.waiting.iter().all(|waiting| {
            waiting.claim.tenant == claim.tenant && waiting.claim.license != claim.license
        })
    }
}

struct Waiting {
    claim: Claim,
    answer: oneshot::Sender<Result<Claimed, Refusal>>,
}

impl Claims {
    /// Decides under the license's lock, so that what was decided is what is written.
    pub(super) async fn run(&self, store: &Store, claim: Claim) -> Result<Claimed, Refusal> {
        let (answer, answered) = oneshot::channel();
        let are_enough = {
            let mut queue = self.lock();
            let goes_together = store.writes_in_turn() && queue.goes_with_all(&claim);
            let at_once = if goes_together { 1 } else { AT_ONCE };
            queue.waiting.push(Waiting { claim, answer });
            let are_enough = queue.under_way >= at_once;
            queue.under_way += usize::from(!are_enough);
            are_enough
        };
        if !are_enough {
            // A task of its own: whoever asked may go away.
            tokio::spawn(self.clone().see_to_all(store.clone()));
        }
        let aborted = Err(Refusal::from(StoreError::Aborted));
        answered.await.unwrap_or(aborted)
    }

    async fn see_to_all(self, store: Store) {
        while let Some((tenant, together)) = self.next() {
            let claims: Vec<Claim> = together.iter().map(|one| one.claim.clone()).collect();
            match write(&store, &tenant, claims).await {
                Ok(outcomes) => {
                    for (waiting, outcome) in together.into_iter().zip(outcomes) {
                        waiting.answer.send(outcome).ok();
                    }
                }
                // A device that was only just named by a validate raced one of them to its machine, or somebody holds one of the
                // licenses: each looks again.
                Err(Refusal::Trouble(error)) if error.is_about_one() => {
                    let tries = together.into_iter().map(async |waiting| {
                        let outcome = alone(&store, &tenant, waiting.claim).await;
                        waiting.answer.send(outcome).ok();
                    });
                    join_all(tries).await;
                }
                Err(refusal) => {
                    for waiting in together {
                        waiting.answer.send(Err(refusal.clone())).ok();
                    }
                }
            }
        }
    }

    /// The next ones: of one tenant, each of another license, in the order of those, as everybody who writes to several. None when
    /// nobody waits any more.
    fn next(&self) -> Option<(TenantId, Vec<Waiting>)> {
        let mut queue = self.lock();
        // Nothing has begun for those who went away.
        queue.waiting.retain(|waiting| !waiting.answer.is_closed());
        let Some(tenant) = queue
            .waiting
            .first()
            .map(|first| first.claim.tenant.clone())
        else {
            queue.under_way -= 1;
            return None;
        };
        let mut licenses = BTreeSet::new();
        let mut is_next = |waiting: &mut Waiting| {
            let claim = &waiting.claim;
            licenses.len() < TOGETHER && claim.tenant == tenant && licenses.insert(claim.license)
        };
        let mut together: Vec<Waiting> = queue.waiting.extract_if(.., &mut is_next).collect();
        together.sort_by_key(|waiting| waiting.claim.license);
        Some((tenant, together))
    }

    /// What it guards is changed in single steps: a poisoned one is as good as new.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn alone(store: &Store, tenant: &TenantId, claim: Claim) -> Result<Claimed, Refusal> {
    let mut outcomes = write(store, tenant, vec![claim]).await?;
    outcomes.pop().unwrap_or(Err(StoreError::Aborted.into()))
}

/// What comes of each claim, all of them of one tenant and each of another license. An error is one of all of them.
async fn write(
    store: &Store,
    tenant: &TenantId,
    claims: Vec<Claim>,
) -> Result<Vec<Result<Claimed, Refusal>>, Refusal> {
    let tenant = tenant.clone();
    store
        .write(move |tx| {
            async move {
                let licenses = locked(tx, &tenant, &claims).await?;
                let held = held(tx, &tenant, &claims).await?;
                let mut fresh = Vec::new();
                let mut outcomes = Vec::with_capacity(claims.len());
                for claim in &claims {
                    let outcome = match licenses.get(&claim.license) {
                        None => Err(Refusal::LicenseKey),
                        Some(license) => claim
                            .decide(tx, license, held.get(&claim.license), &mut fresh)
                            .await?
                            .map(|claims| (claims, license.expires_at))
                            .map_err(Refusal::from),
                    };
                    outcomes.push(outcome);
                }
                settle(tx, &tenant, &fresh)
                    .await
                    .map_err(|refusal| match refusal {
                        // That one is told when it is tried alone.
                        Refusal::Denied(_) if claims.len() > 1 => StoreError::Conflict.into(),
                        other => other,
                    })?;
                Ok(outcomes)
            }
            .boxed()
        })
        .await
}

async fn locked(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    claims: &[Claim],
) -> Result<BTreeMap<LicenseId, License>, Refusal> {
    let ids: Vec<LicenseId> = claims.iter().map(|claim| claim.license).collect();
    let licenses = tx.lock_licenses(tenant, &ids).await?;
    let by_id = licenses.into_iter().map(|license| (license.id, license));
    Ok(by_id.collect())
}

/// Of each license the instance that the device which claims a slot of it holds already.
async fn held(
    tx: &mut Tx<'_>,
    tenant: &TenantId,
    claims: &[Claim],
) -> Result<BTreeMap<LicenseId, InstanceId>, Refusal> {
    let machines = claims.iter().filter_map(|claim| {
        let hash = claim.request.machine_hash.as_ref()?;
        Some((claim.license, hash))
    });
    let machines: Vec<(LicenseId, &MachineHash)> = machines.collect();
    let mut held = tx.held_by_machines(tenant, &machines).await?;
    for claim in claims {
        // Older clients send no hash; a request of theirs that is repeated is known by its id.
        if claim.request.machine_hash.is_none()
            && let Some(request_id) = &claim.request.request_id
        {
            let since = claim.now.plus_millis(-REPEAT_MILLIS);
            let instance = tx
                .held_by_request(tenant, claim.license, request_id, since)
                .await?;
            held.extend(instance.map(|instance| (claim.license, instance)));
        }
    }
    Ok(held)
}

/// Writes those that are new. That a slot can't be taken which was free under the lock can't be; the condition holds all the same.
async fn settle(tx: &mut Tx<'_>, tenant: &TenantId, fresh: &[Activation]) -> Result<(), Refusal> {
    if fresh.is_empty() {
        return Ok(());
    }
    let ids: Vec<LicenseId> = fresh.iter().map(|activation| activation.license).collect();
    if tx.take_slots(tenant, &ids).await? < ids.len() {
        return Err(Denied::Full.into());
    }
    Ok(tx.insert_activations(fresh).await?)
}

impl Claim {
    /// The claims of the lease, if the device gets one. A new activation is put to the others.
    async fn decide(
        &self,
        tx: &mut Tx<'_>,
        license: &License,
        held: Option<&InstanceId>,
        fresh: &mut Vec<Activation>,
    ) -> Result<Result<LeaseClaims, Denied>, Refusal> {
        Ok(match decide(license, held.copied(), self.now) {
            Ok(Decision::Keep(instance)) => Ok(self.keep(tx, license, instance).await?),
            Ok(Decision::Claim) => {
                let claims = self.claims(license, self.fresh);
                fresh.push(self.activation(license, &claims));
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
            lease: LastLease::from(&claims),
            telemetry: self.request.telemetry.clone(),
        };
        tx.touch_instances(&license.tenant, &[&touch]).await?;
        Ok(claims)
    }

    fn activation(&self, license: &License, claims: &LeaseClaims) -> Activation {
        let request = &self.request;
        let name = request.device_name.as_deref().unwrap_or(UNKNOWN_DEVICE);
        Activation {
            tenant: license.tenant.clone(),
            license: license.id,
            instance: self.fresh,
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
