//! A store with two tenants, and helpers to fill it.

use futures::FutureExt;
use keywright_domain::{
    activation::Activation,
    ids::{LicenseId, TenantId},
    license::License,
    license_key::LicenseKey,
    plan::Plan,
    product::{KeyType, Product, Tenant},
    product_settings::ProductSettings,
    time::Timestamp,
};
use keywright_store::{Store, StoreError};
use keywright_testing::{
    Engine, EngineFixture, TestDatabase,
    builders::{self, license_key},
};

pub(crate) use keywright_testing::{
    NOW,
    builders::{activation, instance_id},
};

pub(crate) struct StoreFixture {
    pub(crate) store: Store,
    pub(crate) database: TestDatabase,
}

impl EngineFixture for StoreFixture {
    async fn create(engine: Engine) -> Self {
        Self::with_database(TestDatabase::create(engine).await).await
    }
}

impl StoreFixture {
    pub(crate) async fn with_database(database: TestDatabase) -> Self {
        let world = Self {
            store: database.open().await,
            database,
        };
        world.add_tenant("acme", "ACME").await;
        world.add_tenant("indie", "INDI").await;
        world
    }

    async fn add_tenant(&self, slug: &str, prefix: &str) {
        let id: TenantId = slug.parse().unwrap();
        let tenant = Tenant {
            id: id.clone(),
            name: slug.into(),
            plan: Plan::Free,
            suspended_at: None,
            created_at: NOW,
        };
        let product = Product {
            tenant_id: id.clone(),
            id: "notes".parse().unwrap(),
            name: "Notes".into(),
            key_prefix: prefix.parse().unwrap(),
            settings: ProductSettings::default(),
            created_at: NOW,
        };
        let key_type = KeyType {
            tenant_id: id,
            product_id: product.id.clone(),
            id: "pro".parse().unwrap(),
            activation_limit: 3,
            duration_days: Some(365),
            entitlements: ["pro", "sync"]
                .iter()
                .map(|name| name.parse().unwrap())
                .collect(),
            fallback: true,
            created_at: NOW,
        };
        self.store
            .write(move |tx| {
                async move {
                    tx.insert_tenant(&tenant).await?;
                    tx.insert_product(&product).await?;
                    tx.insert_key_type(&key_type).await
                }
                .boxed()
            })
            .await
            .unwrap();
    }

    pub(crate) async fn add_license(&self, license: &License) -> Result<(), StoreError> {
        let license = license.clone();
        self.store
            .write(move |tx| async move { tx.insert_license(&license).await }.boxed())
            .await
    }

    /// Takes a slot and inserts an activation.
    pub(crate) async fn activate(&self, activation: &Activation) -> Result<(), StoreError> {
        let activation = activation.clone();
        self.store
            .write(move |tx| {
                async move {
                    if tx
                        .take_slots(&activation.tenant_id, &[activation.license_id])
                        .await?
                        == 0
                    {
                        return Err(StoreError::Conflict);
                    }
                    tx.insert_activations(&[activation]).await
                }
                .boxed()
            })
            .await
    }
}

pub(crate) fn tenant(slug: &str) -> TenantId {
    slug.parse().unwrap()
}

pub(crate) fn license_id(number: u32) -> LicenseId {
    key(number).id()
}

/// Returns a license of `acme`, minted `number` seconds after [`NOW`].
pub(crate) fn license(number: u32) -> License {
    License {
        created_at: Timestamp::from_seconds(NOW.seconds() + i64::from(number)),
        ..builders::license(&key(number))
    }
}

fn key(number: u32) -> LicenseKey {
    license_key(&format!("ACME{number:012}"))
}
