//! The integrity check.

use std::sync::Arc;

use keywright_store::{Counted, Faults};

use crate::{Error, context::Context, signing_keys::signer};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    pub counted: Counted,
    /// Number of signing keys checked.
    pub signing_keys: usize,
    /// Faults found, at most 20 of each kind.
    pub faults: Faults,
}

#[derive(Clone)]
pub struct Check(pub(crate) Arc<Context>);

impl Check {
    /// Checks the database file, counters against rows, references, remint lineage, the audit
    /// log, and that the master key opens every signing key. Read-only.
    pub async fn run(&self) -> Result<Report, Error> {
        let store = &self.0.store;
        let mut faults = store.file_faults().await?;
        faults.extend(store.row_faults().await?);
        faults.extend(store.audit_faults().await?);
        let keys = store.sealed_signing_keys().await?;
        let signing_keys = keys.len();
        for (tenant, key) in keys {
            if !signer::is_usable(&self.0.master_key, &tenant, &key) {
                let kid = key.kid;
                faults.push(format!(
                    "signing key {tenant}/{kid}: can't be opened with the master key"
                ));
            }
        }
        Ok(Report {
            counted: store.count_everything().await?,
            signing_keys,
            faults,
        })
    }
}
