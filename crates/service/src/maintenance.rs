//! Background work that is due by the clock: keys to drop, and rows whose retention has ended.

use futures::future::BoxFuture;
use keywright_store::{StoreError, Tx};
use metrics::counter;

use crate::{Error, Services, context::Context};

/// Rows that are purged in one unit of work, so that none holds the others up for long.
const PURGE_BATCH: u32 = 500;

impl Services {
    /// Runs everything that is due. To be called now and then: what failed is done by the next run.
    pub async fn run_maintenance(&self) -> Result<(), Error> {
        let now = self.context.clock.now();
        self.context.rate_limiter.evict_idle(now);
        // Each step runs whether or not those before it failed.
        let dropped = self.signing_keys.drop_ended().await;
        let installs = self.keyless.purge().await;
        let forms = self.context.purge_used_forms().await;
        let audit_entries = self.audit.purge().await;
        let statistics = self.context.store.optimize().await;
        dropped
            .and(installs)
            .and(forms)
            .and(audit_entries)
            .and(statistics.map_err(Error::from))
    }
}

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
}
