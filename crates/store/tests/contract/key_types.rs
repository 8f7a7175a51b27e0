//! Key types can't be deleted while licenses use them; key prefixes are unique on the server.

use futures::FutureExt;
use keywright_api_types::page::Count;
use keywright_domain::license::{License, LicenseState};
use keywright_store::StoreError;
use keywright_testing::engine_test;

use crate::support::{StoreFixture, license, tenant};

async fn delete(world: &StoreFixture, slug: &'static str) -> Result<bool, StoreError> {
    let write = world.store.write(move |tx| {
        async move {
            tx.delete_key_type(
                &tenant(slug),
                &"notes".parse().unwrap(),
                &"pro".parse().unwrap(),
            )
            .await
        }
        .boxed()
    });
    write.await
}

async fn count(world: &StoreFixture, slug: &str) -> Count {
    let (notes, pro) = ("notes".parse().unwrap(), "pro".parse().unwrap());
    world
        .store
        .count_licenses_of_key_type(&tenant(slug), &notes, &pro)
        .await
        .unwrap()
}

#[engine_test]
async fn key_type_in_use_cannot_be_deleted(world: StoreFixture) {
    for (number, state) in [(1, LicenseState::Revoked), (2, LicenseState::Reminted)] {
        world
            .add_license(&License {
                state,
                ..license(number)
            })
            .await
            .unwrap();
        assert!(matches!(
            delete(&world, "acme").await,
            Err(StoreError::Conflict)
        ));
    }
    assert_eq!(
        (count(&world, "acme").await, count(&world, "indie").await),
        (Count::Exact(2), Count::Exact(0))
    );
    assert!(delete(&world, "indie").await.unwrap());
    assert!(!delete(&world, "indie").await.unwrap());
}

#[engine_test]
async fn license_of_a_deleted_key_type_is_rejected(world: StoreFixture) {
    assert!(delete(&world, "acme").await.unwrap());
    assert!(matches!(
        world.add_license(&license(1)).await,
        Err(StoreError::Conflict)
    ));
}

#[engine_test]
async fn key_types_are_listed_and_prefixes_are_checked_across_tenants(world: StoreFixture) {
    let listed = world
        .store
        .list_all_key_types(&tenant("acme"))
        .await
        .unwrap();
    assert_eq!((listed.len(), listed[0].id.as_str()), (1, "pro"));
    for (prefix, is_taken) in [("ACME", true), ("INDI", true), ("NONE", false)] {
        let found = world
            .store
            .is_key_prefix_taken(&prefix.parse().unwrap())
            .await;
        assert_eq!(found.unwrap(), is_taken, "{prefix}");
    }
}
