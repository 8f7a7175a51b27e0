//! Tenants: made and put on a plan from the command line.

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action, ids::TenantId, plan::Plan, product::Tenant, role::Permission,
};
use serde_json::json;

use crate::{Caller, Error, Invalid, context::Context, error::check_name, signing_keys::FIRST_KID};

/// Use cases around tenants.
#[derive(Clone)]
pub struct Tenants(pub(crate) Arc<Context>);

impl Tenants {
    /// Makes a tenant with its first signing key.
    pub async fn add(&self, id: TenantId, name: &str, plan: Plan) -> Result<(), Error> {
        check_name(name)?;
        let (context, now) = (&self.0, self.0.clock.now());
        let caller = Caller::command_line(id.clone());
        let tenant = Tenant {
            id: id.clone(),
            name: name.trim().to_owned(),
            plan,
            suspended_at: None,
            created_at: now,
        };
        let kid = FIRST_KID.parse().map_err(|_| Error::NotFound)?;
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
                tx.insert_primary_signing_key(&id, &key, now).await?;
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
}
