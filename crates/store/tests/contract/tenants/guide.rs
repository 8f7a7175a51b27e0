//! Progress of a tenant through the getting-started guide.

use futures::FutureExt;
use keywright_store::{Store, StoreError};
use keywright_testing::engine_test;

use crate::support::{NOW, StoreFixture, activation, license, license_id, tenant};

async fn dismiss(store: &Store, slug: &'static str) -> bool {
    let write =
        store.write(move |tx| async move { tx.dismiss_guide(&tenant(slug), NOW).await }.boxed());
    write.await.map_err(|error: StoreError| error).unwrap()
}

#[engine_test]
async fn progress_is_separate_for_each_tenant(world: StoreFixture) {
    let store = &world.store;
    let (acme, indie) = (tenant("acme"), tenant("indie"));
    assert_eq!(store.newest_license_type(&acme).await.unwrap(), None);
    world.add_license(&license(1)).await.unwrap();
    let notes = ("notes".parse().unwrap(), "pro".parse().unwrap());
    assert_eq!(store.newest_license_type(&acme).await.unwrap(), Some(notes));
    assert!(!store.has_activations(&acme).await.unwrap());
    world.activate(&activation(license_id(1), 1)).await.unwrap();
    assert!(store.has_activations(&acme).await.unwrap());
    assert_eq!(store.newest_license_type(&indie).await.unwrap(), None);
    assert!(!store.has_activations(&indie).await.unwrap());
}

#[engine_test]
async fn guide_is_dismissed_once_per_tenant(world: StoreFixture) {
    assert!(dismiss(&world.store, "acme").await);
    assert!(!dismiss(&world.store, "acme").await);
    assert!(dismiss(&world.store, "indie").await);
}
