//! The demo data: fixed where people and tests rely on it, generated everywhere else.

mod fixtures;
mod generated;
mod generator;
mod license;
mod report;
mod sample_data;

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    ids::{Kid, OperatorId, TenantId},
    product::Tenant,
    role::Role,
    time::Timestamp,
};
use keywright_store::{Operator, Tx};

pub use fastrand::Rng;

use self::license::DemoLicense;
pub use self::{
    fixtures::Catalog,
    generator::{GeneratedLicense, Generator, Profile, choose},
    report::{DemoKey, DemoOperator, DemoReport, PASSWORD},
};
use crate::{Error, context::Context};

/// Under this name the database remembers that the demo filled it.
const DEMO_FACT: &str = "demo";

/// Use cases around the demo data.
#[derive(Clone)]
pub struct Demo(pub(crate) Arc<Context>);

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
