//! Pages that stay as new as the database: who may be told of which changes.

use std::sync::Arc;

use keywright_api_types::subscription::Subject;
use keywright_domain::role::Permission;

pub use keywright_store::Watch;

use crate::{Caller, Error, context::Context};

/// Use cases around open pages.
#[derive(Clone)]
pub struct Events(pub(crate) Arc<Context>);

impl Events {
    /// Watches the tenant's list or one of its licenses. Every change after this is answered is told.
    pub async fn watch(&self, caller: &Caller, subject: Subject) -> Result<Watch, Error> {
        caller.require(Permission::View)?;
        let (store, tenant) = (&self.0.store, caller.tenant());
        if let Subject::License(id) = subject {
            // Licenses are never removed: one that is there now is there later.
            store.license(tenant, id).await?.ok_or(Error::NotFound)?;
        }
        Ok(store.changes().watch(tenant, subject).await)
    }
}
