//! Tenant management: creation, plans, suspension.

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

use crate::{Caller, Error, InvalidInputError, context::Context, name::validate_name};

#[derive(Debug, Clone)]
pub struct CreateTenant {
    pub id: TenantId,
    pub name: String,
    pub plan: Plan,
    /// ID of the first signing key; defaults to `k1`.
    pub first_kid: Option<Kid>,
}

impl CreateTenant {
    /// Creates a tenant with the default ID for its first signing key.
    pub fn new(id: TenantId, name: &str, plan: Plan) -> Self {
        Self {
            id,
            name: name.to_owned(),
            plan,
            first_kid: None,
        }
    }
}

#[derive(Clone)]
pub struct Tenants {
    pub(crate) context: Arc<Context>,
}

impl Tenants {
    /// Creates a tenant with its first signing key.
    pub async fn create(&self, mut new: CreateTenant) -> Result<(), Error> {
        new.name = validate_name(&new.name)?;
        let caller = Caller::for_command_line(new.id.clone());
        let rows = NewTenantRows::new(&self.context, &caller, new, self.context.clock.now());
        let write = self
            .context
            .store
            .write(move |tx| async move { Ok(rows.insert(tx).await?) }.boxed());
        write.await.map_err(|error: Error| {
            error.with_conflict_message("A tenant with this slug already exists")
        })
    }

    pub async fn get(&self, id: &TenantId) -> Result<Tenant, Error> {
        self.context
            .store
            .find_tenant(id)
            .await?
            .ok_or_else(|| InvalidInputError::UnknownTenant(id.clone()).into())
    }

    pub async fn set_plan(&self, caller: &Caller, plan: Plan) -> Result<(), Error> {
        caller.require(Permission::ManagePlan)?;
        let previous_plan = self.get(caller.tenant_id()).await?.plan;
        let details = json!({ "from": previous_plan.as_str(), "to": plan.as_str() });
        let entry = self.context.new_audit_entry(
            caller,
            self.context.clock.now(),
            Action::PlanChange,
            None,
            details,
        );
        self.context
            .store
            .write(move |tx| {
                async move {
                    if !tx.set_plan(&entry.tenant_id, plan).await? {
                        return Err(Error::NotFound);
                    }
                    Ok(tx.insert_audit_entry(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    /// Suspends the tenant: its device requests are rejected. Leases already issued stay valid,
    /// and its public keys stay available.
    pub async fn suspend(&self, caller: &Caller) -> Result<(), Error> {
        let since = Some(self.context.clock.now());
        self.set_suspended(
            caller,
            since,
            Action::TenantSuspend,
            "The tenant is already suspended",
        )
        .await
    }

    /// Accepts the tenant's device requests again.
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
        let entry =
            self.context
                .new_audit_entry(caller, self.context.clock.now(), action, None, json!({}));
        self.context
            .store
            .write(move |tx| {
                async move {
                    if !tx.set_suspended(&entry.tenant_id, since).await? {
                        return Err(Error::Conflict(conflict));
                    }
                    Ok(tx.insert_audit_entry(&entry).await?)
                }
                .boxed()
            })
            .await
    }
}

/// A new tenant, its first signing key and their audit entries, to be written in one transaction.
pub(crate) struct NewTenantRows {
    tenant: Tenant,
    key: SealedSigningKey,
    entries: [NewAuditEntry; 2],
}

impl NewTenantRows {
    /// Creates the rows. The name must already be validated.
    pub(crate) fn new(
        context: &Context,
        caller: &Caller,
        new: CreateTenant,
        now: Timestamp,
    ) -> Self {
        let key = context.generate_signing_key(&new.id, new.first_kid.unwrap_or_else(Kid::first));
        let entry = |action, details| context.new_audit_entry(caller, now, action, None, details);
        let tenant_details = json!({ "plan": new.plan.as_str() });
        let key_details = json!({ "kid": key.kid.as_str() });
        Self {
            entries: [
                entry(Action::TenantCreate, tenant_details),
                entry(Action::SigningKeyCreate, key_details),
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

    /// Inserts the rows. A slug that is already taken is a conflict.
    pub(crate) async fn insert(self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let (tenant, key) = (&self.tenant, &self.key);
        // Setup and demo create the first tenant only; this lock keeps them from racing with a
        // tenant created here.
        tx.lock_setup_code().await?;
        tx.insert_tenant(tenant).await?;
        tx.insert_signing_key(&tenant.id, key, tenant.created_at)
            .await?;
        tx.promote_signing_key(&tenant.id, &key.kid, tenant.created_at)
            .await?;
        for entry in &self.entries {
            tx.insert_audit_entry(entry).await?;
        }
        Ok(())
    }
}
