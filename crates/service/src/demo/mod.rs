//! Demo data: fixtures that documentation and tests rely on, plus generated licenses.

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

/// Name of the server metadata entry that marks a database as filled by the demo.
const DEMO_MARKER: &str = "demo";

#[derive(Clone)]
pub struct Demo {
    pub(crate) context: Arc<Context>,
}

/// Why [`Demo::fill`] failed.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database contains a tenant that is not part of the demo.
    #[error(
        "The database contains tenant {0}, which is not part of the demo. Demo data needs its own database: use an empty --data-dir or a different database URL"
    )]
    ForeignTenant(TenantId),
    /// The demo data could not be written.
    #[error(transparent)]
    Service(#[from] Error),
}

impl Demo {
    /// Writes the demo data. Idempotent, even when several servers run it concurrently.
    pub async fn fill(&self) -> Result<DemoReport, DemoError> {
        // `write` does nothing if another process has created tenants in the meantime; check
        // again whether they belong to the demo.
        while !self.is_filled().await? {
            self.write().await?;
        }
        Ok(fixtures::report()?)
    }

    async fn is_filled(&self) -> Result<bool, DemoError> {
        let store = &self.context.store;
        // Read the tenants before the marker. Both are committed together, so the reverse order
        // could mistake a concurrent demo fill for foreign tenants.
        let tenants = store.list_tenant_ids().await.map_err(Error::from)?;
        let marker = store
            .server_metadata(DEMO_MARKER)
            .await
            .map_err(Error::from)?;
        let is_demo_tenant = |id: &TenantId| {
            marker.is_some()
                && fixtures::TENANTS
                    .iter()
                    .any(|(slug, ..)| *slug == id.as_str())
        };
        match tenants.into_iter().find(|id| !is_demo_tenant(id)) {
            Some(other) => Err(DemoError::ForeignTenant(other)),
            None => Ok(marker.is_some()),
        }
    }

    /// Writes the demo data unless a tenant exists.
    async fn write(&self) -> Result<(), Error> {
        let (context, now) = (self.context.clone(), self.context.clock.now());
        let data = DemoData::new(now)?;
        // One hash for all operators: the password is public, and hashing is deliberately slow.
        let password_hash = context
            .password_hasher
            .hash(&*context.rng, PASSWORD)
            .await?;
        let operators = data.operators(&context, &password_hash)?;
        self.context
            .store
            .write(move |tx| {
                async move {
                    tx.lock_setup_code().await?;
                    if tx.has_tenants().await? {
                        return Ok(());
                    }
                    tx.get_or_insert_server_metadata(DEMO_MARKER, "1").await?;
                    data.write_tenants(tx, &context, &operators).await?;
                    for license in &data.licenses {
                        tx.insert_license(&license.license).await?;
                        tx.insert_activations(&license.activations).await?;
                        for event in &license.events {
                            tx.insert_audit_entry(&event.to_audit_entry(
                                &context,
                                &license.license,
                                &operators,
                            ))
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

struct DemoData {
    tenants: Vec<Tenant>,
    catalog: Catalog,
    licenses: Vec<DemoLicense>,
}

impl DemoData {
    fn new(now: Timestamp) -> Result<Self, Error> {
        let tenants = fixtures::tenants(now.minus_days(fixtures::HISTORY_DAYS))?;
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
                id: OperatorId::new(context.rng.uuid_v4()),
                tenant_id: fixtures::parse(tenant)?,
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
            let key = context.generate_signing_key(&tenant.id, Kid::first());
            tx.insert_tenant(tenant).await?;
            let since = tenant.created_at;
            tx.insert_signing_key(&tenant.id, &key, since).await?;
            tx.promote_signing_key(&tenant.id, &key.kid, since).await?;
            // The demo shows a tenant that has completed the guide.
            tx.dismiss_guide(&tenant.id, since).await?;
        }
        tx.insert_sdk_key(
            &fixtures::parse(fixtures::ACME)?,
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
