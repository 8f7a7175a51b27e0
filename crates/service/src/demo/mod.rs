//! The demo data: fixed where people and tests rely on it, generated everywhere else.

mod fixtures;
mod generated;
mod generator;
mod sample_data;

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    activation::Activation,
    audit::{Action, Actor, ActorKind},
    ids::{AuditEntryId, Kid, LicenseId, OperatorId, TenantId},
    license::License,
    product::Tenant,
    role::Role,
    time::Timestamp,
};
use keywright_store::{NewAuditEntry, Operator, Tx};
use serde::Serialize;
use serde_json::Value;

pub use fastrand::Rng;

pub use self::{
    fixtures::Catalog,
    generator::{GeneratedLicense, Generator, Profile, choose},
};
use crate::{Error, context::Context};

/// Every demo operator's password.
pub const PASSWORD: &str = "keywright-demo";

/// Under this name the database remembers that the demo filled it.
const DEMO_FACT: &str = "demo";

/// Use cases around the demo data.
#[derive(Clone)]
pub struct Demo(pub(crate) Arc<Context>);

/// What a person or a test needs to use the demo data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoReport {
    /// The tenants' slugs.
    pub tenants: Vec<&'static str>,
    /// Who can sign in.
    pub operators: Vec<DemoOperator>,
    /// Keys that can be typed into an app.
    pub keys: Vec<DemoKey>,
    /// The SDK key of `acme`.
    pub sdk_key: String,
}

/// An account of the demo data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoOperator {
    /// Its tenant.
    pub tenant: &'static str,
    /// Its e-mail.
    pub email: &'static str,
    /// Its password.
    pub password: &'static str,
    /// Its role.
    pub role: &'static str,
}

/// A license of the demo data whose key is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemoKey {
    /// The key.
    pub license_key: &'static str,
    /// The license.
    pub id: String,
    /// The masked key.
    pub display_key: String,
    /// The license's status.
    pub status: &'static str,
}

/// Why the demo data was not written.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database is somebody's own.
    #[error(
        "The database holds the tenant {0}, which the demo did not make. Demo data goes into a database of its own: name an empty data folder or another database"
    )]
    NotOurs(TenantId),
    /// It could not be written.
    #[error(transparent)]
    Service(#[from] Error),
}

impl Demo {
    /// Writes the demo data, once: a second time changes nothing, on whichever server.
    pub async fn fill(&self) -> Result<DemoReport, DemoError> {
        // Once another process has created tenants, `write` does nothing: then look again whose they are.
        while !self.is_filled().await? {
            self.write().await?;
        }
        Ok(fixtures::report()?)
    }

    async fn is_filled(&self) -> Result<bool, DemoError> {
        let store = &self.0.store;
        // The tenants before the fact, which is committed with them: else tenants of a demo that is
        // written meanwhile would look like somebody else's.
        let tenants = store.tenant_ids().await.map_err(Error::from)?;
        let fact = store.server_fact(DEMO_FACT).await.map_err(Error::from)?;
        let is_ours = |id: &TenantId| {
            fact.is_some()
                && fixtures::TENANTS
                    .iter()
                    .any(|(slug, ..)| *slug == id.as_str())
        };
        match tenants.into_iter().find(|id| !is_ours(id)) {
            Some(other) => Err(DemoError::NotOurs(other)),
            None => Ok(fact.is_some()),
        }
    }

    /// Writes the demo data unless there is a tenant.
    async fn write(&self) -> Result<(), Error> {
        let (context, now) = (self.0.clone(), self.0.clock.now());
        let data = DemoData::new(now)?;
        // One hash for all: the password is known anyway, and hashing is slow by design.
        let password_hash = context.passwords.hash(&*context.rng, PASSWORD).await?;
        let operators = data.operators(&context, &password_hash)?;
        self.0
            .store
            .write(move |tx| {
                async move {
                    tx.lock_setup_code().await?;
                    if tx.has_tenants().await? {
                        return Ok(());
                    }
                    tx.state_server_fact(DEMO_FACT, "1").await?;
                    data.write_tenants(tx, &context, &operators).await?;
                    for license in &data.licenses {
                        tx.insert_license(&license.license).await?;
                        tx.insert_activations(&license.activations).await?;
                        for event in &license.events {
                            tx.record(&event.entry(&context, &license.license, &operators))
                                .await?;
                        }
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

/// All that is written.
struct DemoData {
    tenants: Vec<Tenant>,
    catalog: Catalog,
    licenses: Vec<DemoLicense>,
}

/// A license with all that belongs to it.
struct DemoLicense {
    license: License,
    activations: Vec<Activation>,
    events: Vec<Event>,
}

/// Something that an operator did to a license, for the audit log.
struct Event {
    at: Timestamp,
    action: Action,
    by: &'static str,
    successor: Option<LicenseId>,
    details: Value,
}

impl DemoData {
    fn new(now: Timestamp) -> Result<Self, Error> {
        let tenants = fixtures::tenants(now.minus_days(fixtures::DAYS))?;
        let catalog = Catalog::new(now)?;
        let mut licenses = fixtures::licenses(&catalog, now)?;
        licenses.extend(generated::licenses(&catalog, now)?);
        Ok(Self {
            tenants,
            catalog,
            licenses,
        })
    }

    fn operators(&self, context: &Context, password_hash: &str) -> Result<Vec<Operator>, Error> {
        let operator = |&(tenant, email, role): &(&str, &str, Role)| {
            Ok(Operator {
                id: OperatorId::new(context.rng.uuid()),
                tenant: fixtures::parsed(tenant)?,
                email: email.to_owned(),
                role,
                password_hash: password_hash.to_owned(),
                created_at: self.tenants[0].created_at,
            })
        };
        fixtures::OPERATORS.iter().map(operator).collect()
    }

    async fn write_tenants(
        &self,
        tx: &mut Tx<'_>,
        context: &Context,
        operators: &[Operator],
    ) -> Result<(), Error> {
        for tenant in &self.tenants {
            let key = context.new_signing_key(&tenant.id, Kid::first());
            tx.insert_tenant(tenant).await?;
            let since = tenant.created_at;
            tx.insert_signing_key(&tenant.id, &key, since).await?;
            tx.promote_signing_key(&tenant.id, &key.kid, since).await?;
            // It shows what comes after.
            tx.end_guide(&tenant.id, since).await?;
        }
        tx.insert_sdk_key(
            &fixtures::parsed(fixtures::ACME)?,
            fixtures::sdk_key()?.hash(),
            "keywright demo",
            self.tenants[0].created_at,
        )
        .await?;
        for operator in operators {
            tx.insert_operator(operator).await?;
        }
        for product in &self.catalog.products {
            tx.insert_product(product).await?;
        }
        for key_type in &self.catalog.key_types {
            tx.insert_key_type(key_type).await?;
        }
        Ok(())
    }
}

impl Event {
    fn entry(&self, context: &Context, license: &License, operators: &[Operator]) -> NewAuditEntry {
        let by = operators.iter().find(|operator| operator.email == self.by);
        NewAuditEntry {
            id: AuditEntryId::new(context.rng.sortable_uuid(self.at)),
            tenant: license.tenant.clone(),
            at: self.at,
            actor: Actor {
                kind: ActorKind::Operator,
                id: by.map(|operator| operator.id.to_string()),
                name: self.by.to_owned(),
            },
            action: self.action,
            license: Some(license.id),
            successor: self.successor,
            details: self.details.clone(),
        }
    }
}
