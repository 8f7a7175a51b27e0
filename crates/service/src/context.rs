//! What every use case works with.

use futures::future::BoxFuture;
use keywright_domain::{
    audit::Action,
    ids::{AuditEntryId, LicenseId},
    time::Timestamp,
};
use keywright_store::{NewAuditEntry, Store, StoreError, Tx};
use metrics::counter;
use serde_json::Value;

use crate::{
    Caller, Error, activations::ActivationBatcher, clock::Clock, limits::Limits,
    master_key::MasterKey, password::PasswordHasher, rng::Rng, terms::RememberedTerms,
};

pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) rng: Box<dyn Rng>,
    pub(crate) master_key: MasterKey,
    pub(crate) passwords: PasswordHasher,
    pub(crate) limits: Limits,
    pub(crate) terms: RememberedTerms,
    pub(crate) activation_batcher: ActivationBatcher,
}

/// Rows that are purged in one unit of work, so that none holds the others up for long.
const PURGE_BATCH: u32 = 500;

impl Context {
    /// Purges a batch at a time until there is nothing left; `batch` takes at most so many, and says how many there were. `what`
    /// they are of is for the metrics. May be broken off between two batches, and begun again.
    pub(crate) async fn purge<F>(&self, what: &'static str, batch: F) -> Result<(), Error>
    where
        F: for<'t, 'c> Fn(&'t mut Tx<'c>, u32) -> BoxFuture<'t, Result<u64, StoreError>>
            + Copy
            + Send
            + 'static,
    {
        loop {
            let purged = self.store.write(move |tx| batch(tx, PURGE_BATCH)).await?;
            counter!("keywright_purged_rows_total", "of" => what).increment(purged);
            if purged < u64::from(PURGE_BATCH) {
                return Ok(());
            }
        }
    }

    /// An audit entry in the caller's name, to be recorded with what it tells of.
    pub(crate) fn audit(
        &self,
        caller: &Caller,
        now: Timestamp,
        action: Action,
        license: Option<LicenseId>,
        details: Value,
    ) -> NewAuditEntry {
        NewAuditEntry {
            id: AuditEntryId::new(self.rng.sortable_uuid(now)),
            tenant: caller.tenant().clone(),
            at: now,
            actor: caller.actor().clone(),
            action,
            license,
            successor: None,
            details,
        }
    }
}
