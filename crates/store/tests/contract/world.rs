//! A store with two tenants in it, and short ways to fill it.

use futures::FutureExt;
use keywright_domain::{
    activation::{Activation, LastLease, Telemetry},
    entitlement::Entitlements,
    ids::{InstanceId, LicenseId, TenantId},
    key::LicenseKey,
    lease::LeaseStatus,
    license::{Customer, License, LicenseState},
    plan::Plan,
    product::{KeyType, Product, Tenant},
    settings::ProductSettings,
    time::Timestamp,
};
use keywright_store::{Engine, Store, StoreError, testing::TestDatabase};
use uuid::Uuid;

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_781_000_000);

pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) database: TestDatabase,
}

impl World {
    pub(crate) async fn on(engine: Engine) -> Self {
        Self::over(TestDatabase::on(engine).await).await
    }

    pub(crate) async fn over(database: TestDatabase) -> Self {
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
            tenant: id.clone(),
            id: "notes".parse().unwrap(),
            name: "Notes".into(),
            key_prefix: prefix.parse().unwrap(),
            settings: ProductSettings::default(),
            created_at: NOW,
        };
        let key_type = KeyType {
            tenant: id,
            product: product.id.clone(),
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

    pub(crate) async fn add(&self, license: &License) -> Result<(), StoreError> {
        let license = license.clone();
        self.store
            .write(move |tx| async move { tx.insert_license(&license).await }.boxed())
            .await
    }

    /// Adds an activation and takes its slot.
    pub(crate) async fn activate(&self, activation: &Activation) -> Result<(), StoreError> {
        let activation = activation.clone();
        self.store
            .write(move |tx| {
                async move {
                    if tx
                        .take_slots(&activation.tenant, &[activation.license])
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
    LicenseKey::parse(&format!("ACME{number:012}"))
        .unwrap()
        .id()
}

/// A license of `acme`, minted `number` seconds after [`NOW`].
pub(crate) fn license(number: u32) -> License {
    let key = LicenseKey::parse(&format!("ACME{number:012}")).unwrap();
    License {
        tenant: tenant("acme"),
        id: key.id(),
        product: "notes".parse().unwrap(),
        key_type: "pro".parse().unwrap(),
        display_key: key.display_key(&"ACME".parse().unwrap()),
        state: LicenseState::Active,
        created_at: Timestamp::from_seconds(NOW.seconds() + i64::from(number)),
        expires_at: None,
        activation_limit: 3,
        active_count: 0,
        entitlements: Entitlements::none(),
        fallback: false,
        customer: Customer::default(),
        predecessor: None,
        successor: None,
    }
}

pub(crate) fn instance_id(number: u32) -> InstanceId {
    InstanceId::new(Uuid::from_u128(u128::from(number)))
}

pub(crate) fn activation(license: LicenseId, number: u32) -> Activation {
    Activation {
        tenant: tenant("acme"),
        license,
        instance: instance_id(number),
        machine_hash: Some(format!("{number:064}").parse().unwrap()),
        request_id: None,
        device_name: format!("Device {number}"),
        created_at: NOW,
        last_validated_at: NOW,
        deactivated: None,
        last_lease: LastLease {
            status: LeaseStatus::Active,
            expires_at: NOW.plus_days(7),
        },
        free_tier_instance_id: None,
        telemetry: Telemetry::default(),
    }
}
