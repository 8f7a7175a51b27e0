//! Reads everything through, and says what contradicts itself.

use std::sync::Arc;

use keywright_store::{Counted, Faults};

use crate::{Error, context::Context, signing_keys::signer};

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// How much there is.
    pub counted: Counted,
    /// Signing keys that were opened, or were to be.
    pub signing_keys: usize,
    /// What is wrong; of each kind only the first twenty.
    pub faults: Faults,
}

/// The use case of whoever doubts a database.
#[derive(Clone)]
pub struct Check(pub(crate) Arc<Context>);

impl Check {
    /// Looks at the file, counts against rows, references, the pairs of reminted licenses, the audit log, and whether the master
    /// key opens every signing key. Changes nothing.
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
                    "signing key {tenant}/{kid}: the master key does not open it"
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
