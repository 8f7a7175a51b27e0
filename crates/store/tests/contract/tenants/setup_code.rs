//! The setup code counts failed attempts under an exclusive lock.

use futures::{FutureExt, future::join_all};
use keywright_domain::setup_code::{RANDOM_BYTES, SetupCode};
use keywright_store::{Store, StoreError};
use keywright_testing::engine_test;

use crate::support::StoreFixture;

/// Counts a failed attempt as a use case does, and returns the number that it read under the
/// lock.
async fn record_failed_attempt(store: &Store) -> i64 {
    let write = store.write(|tx| {
        async move {
            let stored = tx.lock_setup_code().await?;
            tx.record_failed_setup_attempt().await?;
            Ok(stored.failed_attempts)
        }
        .boxed()
    });
    write.await.map_err(|error: StoreError| error).unwrap()
}

#[engine_test]
async fn new_code_has_no_failed_attempts(world: StoreFixture) {
    let stored = world.store.decode_setup_code().await.unwrap();
    assert!(stored.hash.is_none() && stored.failed_attempts == 0);
    assert_eq!(record_failed_attempt(&world.store).await, 0);
    let hash = SetupCode::generate([7; RANDOM_BYTES]).hash();
    for set in [Some(hash), None] {
        let write = world
            .store
            .write(move |tx| async move { tx.set_setup_code(set).await }.boxed());
        write.await.map_err(|error: StoreError| error).unwrap();
        let stored = world.store.decode_setup_code().await.unwrap();
        assert_eq!(
            stored.hash.map(|hash| hash.to_string()),
            set.map(|hash| hash.to_string())
        );
        assert_eq!(
            (
                stored.failed_attempts,
                record_failed_attempt(&world.store).await
            ),
            (0, 0)
        );
    }
}

#[engine_test]
async fn setup_code_lock_is_exclusive(world: StoreFixture) {
    let other_store = world.database.open().await;
    let stores = [&world.store, &other_store];
    let mut seen = join_all((0..12).map(|number| record_failed_attempt(stores[number % 2]))).await;
    seen.sort_unstable();
    assert_eq!(seen, (0..12).collect::<Vec<i64>>());
}

#[engine_test]
async fn existing_tenants_are_detected(world: StoreFixture) {
    assert!(world.store.has_tenants().await.unwrap());
    let write = world
        .store
        .write(|tx| async move { tx.has_tenants().await }.boxed());
    assert!(write.await.map_err(|error: StoreError| error).unwrap());
}
