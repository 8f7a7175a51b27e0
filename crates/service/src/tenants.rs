//! Tenants: made, put on a plan, suspended and resumed from the command line.

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    ids::{Kid, TenantId},
    plan::Plan,
    product::Tenant,
    role::Permission,
    time::Timestamp,
};
use serde_json::json;

use crate::{Caller, Error, Invalid, context::Context, error::checked_name};

/// A tenant to make.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// Its slug.
    pub id: TenantId,
    /// Its name on pages.
    pub name: String,
    /// Its tier.
    pub plan: Plan,
    /// The name of its first signing key; `k1` where left out.
    pub first_kid: Option<Kid>,
}

impl NewTenant {
    /// A tenant whose first signing key is called as usual.
    pub fn new(id: TenantId, name: &str, plan: Plan) -> Self {
        Self {
            id,
            name: name.to_owned(),
            plan,
            first_kid: None,
        }
    }
}

/// Use cases around tenants.
#[derive(Clone)]
pub struct Tenants(pub(crate) Arc<Context>);

impl Tenants {
    /// Makes a tenant with its first signing key.
    pub async fn add(&self, new: NewTenant) -> Result<(), Error> {
        let NewTenant {
            id,
            name,
            plan,
            first_kid,
        } = new;
        let name = checked_name(&name)?;
        let (context, now) = (&self.0, self.0.clock.now());
        let caller = Caller::command_line(id.clone());
        let tenant = Tenant {
            id: id.clone(),
            name,
            plan,
            suspended_at: None,
            created_at: now,
        };
        let kid = first_kid.unwrap_or_else(Kid::first);
        let key = context.new_signing_key(&id, kid);
        let made = context.audit(
            &caller,
            now,
            Action::TenantCreate,
            None,
            json!({ "plan": plan.as_str() }),
        );
        let signs = context.audit(
            &caller,
            now,
            Action::SigningKeyCreate,
            None,
            json!({ "kid": key.kid.as_str() }),
        );
        let write = context.store.write(move |tx| {
            async move {
                tx.insert_tenant(&tenant).await?;
                tx.insert_signing_key(&id, &key, now).await?;
                tx.promote_signing_key(&id, &key.kid, now).await?;
                tx.record(&made).await?;
                Ok(tx.record(&signs).await?)
            }
            .boxed()
        });
        write
            .await
            .map_err(|error: Error| error.or_conflict("There is a tenant of this slug already"))
    }

    /// The tenant of that slug.
    pub async fn get(&self, id: &TenantId) -> Result<Tenant, Error> {
        self.0
            .store
            .tenant(id)
            .await?
            .ok_or_else(|| Invalid::UnknownTenant(id.clone()).into())
    }

    /// Puts the tenant on a plan.
    pub async fn set_plan(&self, caller: &Caller, plan: Plan) -> Result<(), Error> {
        caller.require(Permission::ManagePlan)?;
        let was = self.get(caller.tenant()).await?.plan;
        let details = json!({ "from": was.as_str(), "to": plan.as_str() });
        let entry = self.0.audit(
            caller,
            self.0.clock.now(),
            Action::PlanChange,
            None,
            details,
        );
        self.0
            .store
            .write(move |tx| {
                async move {
                    if !tx.set_plan(&entry.tenant, plan).await? {
                        return Err(Error::NotFound);
                    }
                    Ok(tx.record(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    /// Refuses the tenant's device calls from now on. Leases that are out stay valid, and so does the list of keys.
    pub async fn suspend(&self, caller: &Caller) -> Result<(), Error> {
        let since = Some(self.0.clock.now());
        self.set_suspended(
            caller,
            since,
            Action::TenantSuspend,
            "The tenant is suspended already",
        )
        .await
    }

    /// Answers the tenant's device calls again.
    pub async fn resume(&self, caller: &Caller) -> Result<(), Error> {
        self.set_suspended(
            caller,
            None,
            Action::TenantResume,
            "The tenant is not suspended",
        )
        .await
    }

    async fn set_suspended(
        &self,
        caller: &Caller,
        since: Option<Timestamp>,
        action: Action,
        conflict: &'static str,
    ) -> Result<(), Error> {
        caller.require(Permission::ManagePlan)?;
        let entry = self
            .0
            .audit(caller, self.0.clock.now(), action, None, json!({}));
        self.0
            .store
            .write(move |tx| {
                async move {
                    if !tx.set_suspended(&entry.tenant, since).await? {
                        return Err(Error::Conflict(conflict));
                    }
                    Ok(tx.record(&entry).await?)
                }
                .boxed()
            })
            .await
    }
}
