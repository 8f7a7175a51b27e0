//! Background jobs: dropping expired signing keys and purging rows past their retention.

use futures::future::BoxFuture;
use keywright_store::{StoreError, Tx};
use metrics::counter;

use crate::{Error, Services, context::Context};

/// Rows per purge transaction. Small, so that a purge does not block other writes for long.
const PURGE_BATCH_ROWS: u32 = 500;

impl Services {
    /// Runs all background jobs. Call it periodically: each run also retries the jobs that failed
    /// in the previous run.
    pub async fn run_maintenance(&self) -> Result<(), Error> {
        let now = self.context.clock.now();
        self.context.rate_limiter.evict_idle(now);
        // A failed step does not stop the following steps.
        let dropped = self.signing_keys.drop_expired().await;
        let installs = self.keyless.purge_installs().await;
        let used_forms = self.context.purge_idempotency_keys().await;
        let audit_entries = self.audit.purge().await;
        let statistics = self.context.store.optimize().await;
        dropped
            .and(installs)
            .and(used_forms)
            .and(audit_entries)
            .and(statistics.map_err(Error::from))
    }
}

impl Context {
    /// Purges rows in batches until none are left. `batch` deletes at most the given number of
    /// rows and returns how many it deleted; `table` is the metrics label. It can be canceled
    /// between batches and run again.
    pub(crate) async fn purge_in_batches<F>(
        &self,
        table: &'static str,
        batch: F,
    ) -> Result<(), Error>
    where
        F: for<'t, 'c> Fn(&'t mut Tx<'c>, u32) -> BoxFuture<'t, Result<u64, StoreError>>
            + Copy
            + Send
            + 'static,
    {
        loop {
            let purged = self
                .store
                .write(move |tx| batch(tx, PURGE_BATCH_ROWS))
                .await?;
            counter!("keywright_purged_rows_total", "table" => table).increment(purged);
            if purged < u64::from(PURGE_BATCH_ROWS) {
                return Ok(());
            }
        }
    }
}
