//! Single licenses: insertion, revocation and isolation by tenant.

mod list;

use futures::FutureExt;
use keywright_api_types::{license_list::LicenseQuery, page::Count};
use keywright_domain::license::{Customer, License, LicenseState};
use keywright_store::StoreError;
use keywright_testing::engine_test;

use crate::support::{NOW, StoreFixture, license, license_id, tenant};

#[engine_test]
async fn license_round_trips(world: StoreFixture) {
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
        predecessor_id: Some(license_id(8)),
        successor_id: Some(license_id(9)),
        ..license(1)
    };
    world.add_license(&written).await.unwrap();
    assert_eq!(
        world
            .store
            .find_license(&tenant("acme"), written.id)
            .await
            .unwrap()
            .unwrap(),
        written
    );
    world.add_license(&license(2)).await.unwrap();
    assert_eq!(
        world
            .store
            .find_license(&tenant("acme"), license_id(2))
            .await
            .unwrap()
            .unwrap(),
        license(2)
    );
}

#[engine_test]
async fn only_active_licenses_of_the_tenant_can_be_revoked(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    world
        .add_license(&License {
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
            .find_license(&tenant("acme"), license_id(number))
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
async fn license_of_another_tenant_is_not_found(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    let id = license_id(1);
    assert!(
        world
            .store
            .find_license(&tenant("indie"), id)
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
            .license
            .is_none()
    );
    assert!(
        world
            .store
            .list_activations(&tenant("indie"), id)
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
async fn duplicate_key_conflicts_only_within_a_tenant(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    assert!(matches!(
        world.add_license(&license(1)).await,
        Err(StoreError::Conflict)
    ));
    world
        .add_license(&License {
            tenant_id: tenant("indie"),
            ..license(1)
        })
        .await
        .unwrap();
}

#[engine_test]
async fn license_requires_an_existing_key_type(world: StoreFixture) {
    let orphan = License {
        key_type_id: "nothing".parse().unwrap(),
        ..license(1)
    };
    assert!(matches!(
        world.add_license(&orphan).await,
        Err(StoreError::Conflict)
    ));
}
