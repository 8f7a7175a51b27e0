//! Live updates: subscriptions of open pages to changes in the database.

use std::sync::Arc;

use keywright_api_types::subscription::Subject;
use keywright_domain::role::Permission;

pub use keywright_store::Subscription;

use crate::{Caller, Error, context::Context};

#[derive(Clone)]
pub struct LiveUpdates {
    pub(crate) context: Arc<Context>,
}

impl LiveUpdates {
    /// Subscribes to the tenant's license list or to one license. Changes committed after this
    /// returns are reported.
    pub async fn subscribe(
        &self,
        caller: &Caller,
        subject: Subject,
    ) -> Result<Subscription, Error> {
        caller.require(Permission::View)?;
        let (store, tenant) = (&self.context.store, caller.tenant_id());
        if let Subject::License(id) = subject {
            // Licenses are never deleted, so one check is enough.
            store
                .find_license(tenant, id)
                .await?
                .ok_or(Error::NotFound)?;
        }
        Ok(store.changes().subscribe(tenant, subject).await)
    }
}
