//! Tenants, products and key types: round trips and updates.

mod guide;
mod setup_code;

use futures::FutureExt;
use keywright_domain::{
    entitlement::Entitlements,
    plan::Plan,
    product::{KeyType, Product},
    product_settings::ProductSettings,
    time::Timestamp,
};
use keywright_store::StoreError;
use keywright_testing::engine_test;

use crate::support::{NOW, StoreFixture, tenant};

#[engine_test]
async fn tenant_round_trips(world: StoreFixture) {
    let found = world
        .store
        .find_tenant(&tenant("acme"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.name.as_str(), found.plan, found.suspended_at),
        ("acme", Plan::Free, None)
    );
    assert!(
        world
            .store
            .find_tenant(&tenant("nobody"))
            .await
            .unwrap()
            .is_none()
    );
    assert_eq!(
        world.store.list_tenant_ids().await.unwrap(),
        [tenant("acme"), tenant("indie")]
    );
}

#[engine_test]
async fn plan_can_be_changed(world: StoreFixture) {
    let change = |slug: &'static str| {
        world
            .store
            .write(move |tx| async move { tx.set_plan(&tenant(slug), Plan::Pro).await }.boxed())
    };
    assert_eq!(
        change("acme")
            .await
            .map_err(|error: StoreError| error.to_string()),
        Ok(true)
    );
    assert_eq!(
        change("nobody")
            .await
            .map_err(|error: StoreError| error.to_string()),
        Ok(false)
    );
    assert_eq!(
        world
            .store
            .find_tenant(&tenant("acme"))
            .await
            .unwrap()
            .unwrap()
            .plan,
        Plan::Pro
    );
    assert_eq!(
        world
            .store
            .find_tenant(&tenant("indie"))
            .await
            .unwrap()
            .unwrap()
            .plan,
        Plan::Free
    );
}

#[engine_test]
async fn key_prefix_is_unique_on_the_server(world: StoreFixture) {
    let twin = Product {
        tenant_id: tenant("indie"),
        id: "twin".parse().unwrap(),
        name: "Twin".into(),
        key_prefix: "ACME".parse().unwrap(),
        settings: ProductSettings::default(),
        created_at: NOW,
    };
    let added = world
        .store
        .write(move |tx| async move { tx.insert_product(&twin).await }.boxed())
        .await;
    assert!(matches!(added, Err(StoreError::Conflict)), "{added:?}");
}

#[engine_test]
async fn key_type_round_trips(world: StoreFixture) {
    let found = world
        .store
        .list_key_types(&tenant("acme"), &"notes".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].entitlements.to_string(), "pro,sync");
    assert_eq!(
        (
            found[0].activation_limit,
            found[0].duration_days,
            found[0].fallback
        ),
        (3, Some(365), true)
    );
}

#[engine_test]
async fn suspending_and_resuming_reports_whether_it_changed_anything(world: StoreFixture) {
    let set = |since: Option<Timestamp>| {
        world
            .store
            .write(move |tx| async move { tx.set_suspended(&tenant("acme"), since).await }.boxed())
    };
    let changed = async |since| {
        set(since)
            .await
            .map_err(|error: StoreError| error.to_string())
    };
    for (since, expected) in [
        (None, false),
        (Some(NOW), true),
        (Some(NOW), false),
        (None, true),
        (None, false),
    ] {
        assert_eq!(changed(since).await, Ok(expected), "{since:?}");
        let found = world
            .store
            .find_tenant(&tenant("acme"))
            .await
            .unwrap()
            .unwrap();
        let device = world
            .store
            .tenant_config(&tenant("acme"))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.suspended_at, device.is_suspended),
            (since, since.is_some())
        );
        let other = world
            .store
            .tenant_config(&tenant("indie"))
            .await
            .unwrap()
            .unwrap();
        assert!(!other.is_suspended);
    }
}

#[engine_test]
async fn updates_of_products_and_key_types_keep_their_slugs(world: StoreFixture) {
    let settings = ProductSettings {
        trial_days: 14.try_into().ok(),
        free_tier: Some(false),
    };
    let store = &world.store;
    let changed = store
        .write(move |tx| {
            async move {
                let (tenant, notes, pro) = (
                    tenant("acme"),
                    "notes".parse().unwrap(),
                    "pro".parse().unwrap(),
                );
                let product = tx.lock_product(&tenant, &notes).await?.unwrap();
                tx.update_product(&Product {
                    name: "Renamed".into(),
                    settings,
                    ..product
                })
                .await?;
                let key_type = tx.lock_key_type(&tenant, &notes, &pro).await?.unwrap();
                assert!(
                    tx.lock_product(&tenant, &"other".parse().unwrap())
                        .await?
                        .is_none()
                );
                assert!(
                    tx.lock_key_type(&tenant, &notes, &"other".parse().unwrap())
                        .await?
                        .is_none()
                );
                let changed = KeyType {
                    activation_limit: 7,
                    duration_days: None,
                    entitlements: Entitlements::empty(),
                    fallback: false,
                    ..key_type
                };
                tx.update_key_type(&changed).await?;
                Ok::<_, StoreError>(changed)
            }
            .boxed()
        })
        .await
        .unwrap();
    let notes = "notes".parse().unwrap();
    let found = store
        .find_product(&tenant("acme"), &notes)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((found.name.as_str(), found.settings), ("Renamed", settings));
    let device = store.tenant_config(&tenant("acme")).await.unwrap().unwrap();
    assert_eq!(device.products, [(notes.clone(), settings)].into());
    assert_eq!(
        store.list_key_types(&tenant("acme"), &notes).await.unwrap(),
        [changed]
    );
    let other = store
        .find_product(&tenant("indie"), &notes)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (other.name.as_str(), other.settings),
        ("Notes", ProductSettings::default())
    );
    assert_eq!(
        store
            .list_key_types(&tenant("indie"), &notes)
            .await
            .unwrap()[0]
            .activation_limit,
        3
    );
}

#[engine_test]
async fn server_metadata_is_set_once(world: StoreFixture) {
    let state = |value: &'static str| {
        world.store.write(move |tx| {
            async move { tx.get_or_insert_server_metadata("made_by", value).await }.boxed()
        })
    };
    assert_eq!(
        state("first")
            .await
            .map_err(|error: StoreError| error.to_string())
            .unwrap(),
        "first"
    );
    assert_eq!(
        state("second")
            .await
            .map_err(|error: StoreError| error.to_string())
            .unwrap(),
        "first"
    );
    assert_eq!(
        world
            .store
            .server_metadata("made_by")
            .await
            .unwrap()
            .as_deref(),
        Some("first")
    );
    assert_eq!(
        world.store.server_metadata("unheard_of").await.unwrap(),
        None
    );
}
