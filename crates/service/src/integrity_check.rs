//! Checks the consistency of the database.

use std::sync::Arc;

use keywright_store::{Faults, RowCounts};

use crate::{Error, context::Context, signing_keys::signer};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrityReport {
    pub counts: RowCounts,
    /// Number of signing keys checked.
    pub signing_key_count: usize,
    /// Faults found, at most 20 of each kind.
    pub faults: Faults,
}

#[derive(Clone)]
pub struct IntegrityCheck {
    pub(crate) context: Arc<Context>,
}

impl IntegrityCheck {
    /// Checks the database file, counters, references, remint lineage and the audit log, and that
    /// the master key opens every signing key. Does not change the database.
    pub async fn run(&self) -> Result<IntegrityReport, Error> {
        let store = &self.context.store;
        let mut faults = store.check_file().await?;
        faults.extend(store.check_rows().await?);
        faults.extend(store.check_audit_entries().await?);
        let keys = store.sealed_signing_keys().await?;
        let signing_keys = keys.len();
        for (tenant, key) in keys {
            if !signer::is_usable(&self.context.master_key, &tenant, &key) {
                let kid = key.kid;
                faults.push(format!(
                    "signing key {tenant}/{kid}: can't be opened with the master key"
                ));
            }
        }
        Ok(IntegrityReport {
            counts: store.count_rows().await?,
            signing_key_count: signing_keys,
            faults,
        })
    }
}
