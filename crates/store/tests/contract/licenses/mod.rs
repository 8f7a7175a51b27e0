//! Single licenses.

mod list;

use futures::FutureExt;
use keywright_api_types::{license_list::LicenseQuery, page::Count};
use keywright_domain::license::{Customer, License, LicenseState};
use keywright_store::StoreError;
use keywright_testing::engine_test;

use crate::support::{NOW, World, license, license_id, tenant};

#[engine_test]
async fn license_round_trips(world: World) {
    let written = License {
        state: LicenseState::Reminted,
        expires_at: Some(NOW.plus_days(1)),
        active_count: 2,
        entitlements: ["pro", "a.b"]
            .iter()
            .map(|name| name.parse().unwrap())
            .collect(),
        fallback: true,
        customer: Customer {
            name: Some("森 明子".into()),
            email: Some("a'b\"@x.example".into()),
        },
        predecessor: Some(license_id(8)),
        successor: Some(license_id(9)),
        ..license(1)
    };
    world.add(&written).await.unwrap();
    assert_eq!(
        world
            .store
            .license(&tenant("acme"), written.id)
            .await
            .unwrap()
            .unwrap(),
        written
    );
    world.add(&license(2)).await.unwrap();
    assert_eq!(
        world
            .store
            .license(&tenant("acme"), license_id(2))
            .await
            .unwrap()
            .unwrap(),
        license(2)
    );
}

#[engine_test]
async fn only_active_licenses_of_the_tenant_can_be_revoked(world: World) {
    world.add(&license(1)).await.unwrap();
    world
        .add(&License {
            state: LicenseState::Reminted,
            ..license(2)
        })
        .await
        .unwrap();
    let revoke = |slug: &'static str, number: u32| {
        world.store.write(move |tx| {
            async move { tx.revoke_license(&tenant(slug), license_id(number)).await }.boxed()
        })
    };
    for (slug, number, expected) in [
        ("indie", 1, false),
        ("acme", 1, true),
        ("acme", 1, false),
        ("acme", 2, false),
    ] {
        let done: Result<bool, StoreError> = revoke(slug, number).await;
        assert_eq!(done.unwrap(), expected, "{slug} {number}");
    }
    let state = async |number| {
        world
            .store
            .license(&tenant("acme"), license_id(number))
            .await
            .unwrap()
            .unwrap()
            .state
    };
    assert_eq!(
        (state(1).await, state(2).await),
        (LicenseState::Revoked, LicenseState::Reminted)
    );
}

#[engine_test]
async fn license_of_another_tenant_is_not_found(world: World) {
    world.add(&license(1)).await.unwrap();
    let id = license_id(1);
    assert!(
        world
            .store
            .license(&tenant("indie"), id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        world
            .store
            .lookup_license(&tenant("indie"), id, None)
            .await
            .unwrap()
            .found
            .is_none()
    );
    assert!(
        world
            .store
            .activations(&tenant("indie"), id)
            .await
            .unwrap()
            .is_empty()
    );
    let list = world
        .store
        .list_licenses(&tenant("indie"), &LicenseQuery::default(), NOW)
        .await
        .unwrap();
    assert_eq!((list.page.items.len(), list.count), (0, Count::Exact(0)));
}

#[engine_test]
async fn duplicate_key_conflicts_only_within_a_tenant(world: World) {
    world.add(&license(1)).await.unwrap();
    assert!(matches!(
        world.add(&license(1)).await,
        Err(StoreError::Conflict)
    ));
    world
        .add(&License {
            tenant: tenant("indie"),
            ..license(1)
        })
        .await
        .unwrap();
}

#[engine_test]
async fn license_requires_an_existing_key_type(world: World) {
    let orphan = License {
        key_type: "nothing".parse().unwrap(),
        ..license(1)
    };
    assert!(matches!(
        world.add(&orphan).await,
        Err(StoreError::Conflict)
    ));
}
