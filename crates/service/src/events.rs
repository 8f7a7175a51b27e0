//! Pages that stay as new as the database: who may be told of which changes.

use std::sync::Arc;

use keywright_domain::{live::Subject, role::Permission};

use crate::{Caller, Error, context::Context};

/// Use cases around open pages.
#[derive(Clone)]
pub struct Events(pub(crate) Arc<Context>);

/// Tells that something changed, not what: whoever is told asks anew, and is then shown what they may see.
#[derive(Debug)]
pub struct Watch(keywright_store::Watch);

impl Events {
    /// Watches the tenant's list or one of its licenses. Every change after this is answered is told.
    pub async fn watch(&self, caller: &Caller, subject: Subject) -> Result<Watch, Error> {
        caller.require(Permission::View)?;
        let (store, tenant) = (&self.0.store, caller.tenant());
        if let Subject::License(id) = subject {
            // Licenses are never removed: one that is there now is there later.
            store.license(tenant, id).await?.ok_or(Error::NotFound)?;
        }
        Ok(Watch(store.changes().watch(tenant, subject).await))
    }
}

impl Watch {
    /// Ends with the next change; at once where there was one since the last time. Several are one. It may be dropped
    /// before its end, and nothing is lost.
    pub async fn changed(&mut self) {
        self.0.changed().await;
    }

    /// Whether there was a change that [`Watch::changed`] has not told yet.
    pub fn has_changed(&self) -> bool {
        self.0.has_changed()
    }
}
