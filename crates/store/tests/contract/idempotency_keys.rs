//! A form is accepted once per tenant, even if it is submitted concurrently.

use futures::{FutureExt, future::join_all};
use keywright_domain::{ids::FormId, time::Timestamp};
use keywright_store::{Store, StoreError};
use keywright_testing::engine_test;
use serde_json::json;
use uuid::Uuid;

use crate::support::{NOW, StoreFixture, tenant};

fn form_id(number: u128) -> FormId {
    FormId::new(Uuid::from_u128(number))
}

async fn submit(
    store: &Store,
    slug: &'static str,
    number: u128,
    at: Timestamp,
) -> Result<(), StoreError> {
    let write = store.write(move |tx| {
        async move {
            tx.insert_idempotency_key(
                &tenant(slug),
                form_id(number),
                &json!({ "made": number.to_string() }),
                at,
            )
            .await
        }
        .boxed()
    });
    write.await
}

async fn created(world: &StoreFixture, slug: &str, number: u128) -> Option<serde_json::Value> {
    world
        .store
        .idempotent_result(&tenant(slug), form_id(number))
        .await
        .unwrap()
}

#[engine_test]
async fn form_is_accepted_once_per_tenant(world: StoreFixture) {
    assert_eq!(created(&world, "acme", 1).await, None);
    submit(&world.store, "acme", 1, NOW).await.unwrap();
    assert!(matches!(
        submit(&world.store, "acme", 1, NOW).await,
        Err(StoreError::Conflict)
    ));
    assert_eq!(
        created(&world, "acme", 1).await,
        Some(json!({ "made": "1" }))
    );
    assert_eq!(created(&world, "indie", 1).await, None);
    submit(&world.store, "indie", 1, NOW).await.unwrap();
}

#[engine_test]
async fn concurrent_submissions_are_accepted_once(world: StoreFixture) {
    let other_store = world.database.open().await;
    let stores = [&world.store, &other_store];
    let sent = join_all((0..12).map(|number| submit(stores[number % 2], "acme", 7, NOW))).await;
    assert_eq!(
        sent.iter().filter(|sent| sent.is_ok()).count(),
        1,
        "{sent:?}"
    );
}

#[engine_test]
async fn old_keys_are_purged_in_batches(world: StoreFixture) {
    for number in 0..5 {
        submit(
            &world.store,
            "acme",
            number,
            NOW.plus_millis(i64::try_from(number).unwrap()),
        )
        .await
        .unwrap();
    }
    for (most, purged) in [(2, 2), (9, 1), (9, 0)] {
        let write = world.store.write(move |tx| {
            async move { tx.purge_idempotency_keys(NOW.plus_millis(3), most).await }.boxed()
        });
        assert_eq!(
            write.await.map_err(|error: StoreError| error).unwrap(),
            purged
        );
    }
    assert_eq!(
        (
            created(&world, "acme", 2).await,
            created(&world, "acme", 3).await.is_some()
        ),
        (None, true)
    );
}
