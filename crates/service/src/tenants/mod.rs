//! Tenants: made, put on a plan, suspended and resumed from the command line.

pub mod guide;
pub mod setup;

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
use keywright_store::{NewAuditEntry, SealedSigningKey, StoreError, Tx};
use serde_json::json;

use crate::{Caller, Error, Invalid, context::Context, name::checked_name};

/// A tenant to create.
#[derive(Debug, Clone)]
pub struct CreateTenant {
    /// Its slug.
    pub id: TenantId,
    /// Its name on pages.
    pub name: String,
    /// Its tier.
    pub plan: Plan,
    /// The name of its first signing key; `k1` where left out.
    pub first_kid: Option<Kid>,
}

impl CreateTenant {
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
    /// Creates a tenant with its first signing key.
    pub async fn create(&self, mut new: CreateTenant) -> Result<(), Error> {
        new.name = checked_name(&new.name)?;
        let caller = Caller::command_line(new.id.clone());
        let rows = TenantRows::new(&self.0, &caller, new, self.0.clock.now());
        let write = self
            .0
            .store
            .write(move |tx| async move { Ok(rows.insert(tx).await?) }.boxed());
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

/// A new tenant, its first signing key and the audit entries of both, to be written in one unit of work.
pub(crate) struct TenantRows {
    tenant: Tenant,
    key: SealedSigningKey,
    entries: [NewAuditEntry; 2],
}

impl TenantRows {
    /// Those of a tenant whose name was checked.
    pub(crate) fn new(
        context: &Context,
        caller: &Caller,
        new: CreateTenant,
        now: Timestamp,
    ) -> Self {
        let key = context.new_signing_key(&new.id, new.first_kid.unwrap_or_else(Kid::first));
        let entry = |action, details| context.audit(caller, now, action, None, details);
        let made = json!({ "plan": new.plan.as_str() });
        let signs = json!({ "kid": key.kid.as_str() });
        Self {
            entries: [
                entry(Action::TenantCreate, made),
                entry(Action::SigningKeyCreate, signs),
            ],
            key,
            tenant: Tenant {
                id: new.id,
                name: new.name,
                plan: new.plan,
                suspended_at: None,
                created_at: now,
            },
        }
    }

    /// A taken slug is a conflict.
    pub(crate) async fn insert(self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let (tenant, key) = (&self.tenant, &self.key);
        // The setup and the demo create the first tenant: they must not miss one that is created now.
        tx.lock_setup_code().await?;
        tx.insert_tenant(tenant).await?;
        tx.insert_signing_key(&tenant.id, key, tenant.created_at)
            .await?;
        tx.promote_signing_key(&tenant.id, &key.kid, tenant.created_at)
            .await?;
        for entry in &self.entries {
            tx.record(entry).await?;
        }
        Ok(())
    }
}
