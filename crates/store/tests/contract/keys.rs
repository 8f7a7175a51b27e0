//! SDK keys and signing keys: rotation, expiry and concurrent replacement.

use futures::FutureExt;
use keywright_domain::{
    ids::Kid,
    sdk_key::{SdkKey, SdkKeyHash},
    signing_key::KeyStage,
    time::Timestamp,
};
use keywright_store::{SdkKeyUse, SealedSigningKey, StoreError};
use keywright_testing::engine_test;

use crate::support::{NOW, StoreFixture, tenant};

fn hash(number: u8) -> SdkKeyHash {
    SdkKey::generate([number; 32]).hash()
}

fn kid(name: &str) -> Kid {
    name.parse().unwrap()
}

fn key(name: &str) -> SealedSigningKey {
    SealedSigningKey {
        kid: kid(name),
        public_key: format!("public {name}"),
        sealed_private_key: format!("sealed {name}"),
    }
}

async fn replace_sdk_key(world: &StoreFixture, number: u8, ends_at: Timestamp) {
    let write = world.store.write(move |tx| {
        async move {
            tx.end_sdk_keys(&tenant("acme"), ends_at).await?;
            tx.insert_sdk_key(&tenant("acme"), hash(number), "ada", NOW)
                .await
        }
        .boxed()
    });
    write.await.map_err(|error: StoreError| error).unwrap();
}

async fn valid_sdk_keys(world: &StoreFixture, slug: &str, now: Timestamp) -> Vec<SdkKeyHash> {
    let found = world.store.tenant_config(&tenant(slug)).await;
    let keys = found.unwrap().unwrap().sdk_keys;
    let working = keys.iter().filter(|key| key.is_valid_at(now));
    let mut keys: Vec<_> = working.map(|key| key.hash).collect();
    keys.sort_by_key(|hash| *hash.as_bytes());
    keys
}

fn sorted<const N: usize>(numbers: [u8; N]) -> Vec<SdkKeyHash> {
    let mut keys = numbers.map(hash).to_vec();
    keys.sort_by_key(|hash| *hash.as_bytes());
    keys
}

async fn promote(world: &StoreFixture, name: &str, now: Timestamp) -> bool {
    let kid = kid(name);
    let write = world.store.write(move |tx| {
        async move { tx.promote_signing_key(&tenant("acme"), &kid, now).await }.boxed()
    });
    write.await.map_err(|error: StoreError| error).unwrap()
}

async fn add_signing_key(
    world: &StoreFixture,
    slug: &'static str,
    name: &str,
) -> Result<(), StoreError> {
    let key = key(name);
    let write = world.store.write(move |tx| {
        async move { tx.insert_signing_key(&tenant(slug), &key, NOW).await }.boxed()
    });
    write.await
}

async fn drop_retired(world: &StoreFixture, retired_by: Timestamp) -> Vec<Kid> {
    let write = world.store.write(move |tx| {
        async move {
            tx.unlist_signing_keys(&tenant("acme"), retired_by, NOW)
                .await
        }
        .boxed()
    });
    write.await.map_err(|error: StoreError| error).unwrap()
}

async fn stages(world: &StoreFixture) -> Vec<(String, KeyStage)> {
    let listed = world
        .store
        .list_signing_keys(&tenant("acme"))
        .await
        .unwrap();
    listed
        .into_iter()
        .map(|key| (key.kid.to_string(), key.stage))
        .collect()
}

#[engine_test]
async fn sdk_key_is_valid_until_it_expires(world: StoreFixture) {
    let found = world
        .store
        .tenant_config(&tenant("acme"))
        .await
        .unwrap()
        .unwrap();
    assert!(found.sdk_keys.is_empty());
    replace_sdk_key(&world, 1, NOW).await;
    assert_eq!(valid_sdk_keys(&world, "acme", NOW).await, sorted([1]));
    let end = NOW.plus_days(30);
    replace_sdk_key(&world, 2, end).await;
    assert_eq!(
        valid_sdk_keys(&world, "acme", end.plus_millis(-1)).await,
        sorted([1, 2])
    );
    assert_eq!(valid_sdk_keys(&world, "acme", end).await, sorted([2]));
    // An earlier expiry is kept, and a later expiry is brought forward.
    replace_sdk_key(&world, 3, end.plus_days(9)).await;
    assert_eq!(valid_sdk_keys(&world, "acme", end).await, sorted([2, 3]));
    replace_sdk_key(&world, 4, NOW).await;
    assert_eq!(valid_sdk_keys(&world, "acme", NOW).await, sorted([4]));
    // Inserting an expired key again removes its expiry.
    replace_sdk_key(&world, 1, NOW).await;
    assert_eq!(valid_sdk_keys(&world, "acme", end).await, sorted([1]));
    assert_eq!(valid_sdk_keys(&world, "indie", NOW).await, []);
    assert!(
        world
            .store
            .tenant_config(&tenant("nobody"))
            .await
            .unwrap()
            .is_none()
    );
}

#[engine_test]
async fn tenant_keeps_requiring_sdk_keys_after_all_have_expired(world: StoreFixture) {
    replace_sdk_key(&world, 1, NOW).await;
    world
        .store
        .write(|tx| async move { tx.end_sdk_keys(&tenant("acme"), NOW).await }.boxed())
        .await
        .map_err(|error: StoreError| error)
        .unwrap();
    let found = world
        .store
        .tenant_config(&tenant("acme"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.sdk_keys.len(), 1);
    assert!(!found.sdk_keys[0].is_valid_at(NOW));
}

#[engine_test]
async fn second_sdk_key_without_an_expiry_conflicts(world: StoreFixture) {
    let add = |number: u8| {
        world.store.write(move |tx| {
            async move {
                tx.insert_sdk_key(&tenant("acme"), hash(number), "ada", NOW)
                    .await?;
                tx.current_sdk_key(&tenant("acme")).await
            }
            .boxed()
        })
    };
    assert_eq!(
        add(1).await.map_err(|error: StoreError| error).unwrap(),
        Some(hash(1))
    );
    let second: Result<_, StoreError> = add(2).await;
    assert!(matches!(second, Err(StoreError::Conflict)), "{second:?}");
}

#[engine_test]
async fn revoking_replaced_keys_keeps_the_current_key(world: StoreFixture) {
    let end = || {
        world
            .store
            .write(|tx| async move { tx.end_replaced_sdk_keys(&tenant("acme"), NOW).await }.boxed())
    };
    replace_sdk_key(&world, 1, NOW).await;
    assert!(!end().await.map_err(|error: StoreError| error).unwrap());
    replace_sdk_key(&world, 2, NOW.plus_days(30)).await;
    assert!(end().await.map_err(|error: StoreError| error).unwrap());
    assert_eq!(valid_sdk_keys(&world, "acme", NOW).await, sorted([2]));
    assert!(!end().await.map_err(|error: StoreError| error).unwrap());
}

#[engine_test]
async fn concurrent_replacements_leave_one_current_key(world: StoreFixture) {
    replace_sdk_key(&world, 1, NOW).await;
    let replace = |number: u8| {
        world.store.write(move |tx| {
            async move {
                tx.end_sdk_keys(&tenant("acme"), NOW).await?;
                tx.insert_sdk_key(&tenant("acme"), hash(number), "ada", NOW)
                    .await
            }
            .boxed()
        })
    };
    let done: Vec<Result<(), StoreError>> = futures::future::join_all((2..10).map(replace)).await;
    assert!(done.iter().any(Result::is_ok), "{done:?}");
    assert!(
        done.iter().flatten().count()
            + done
                .iter()
                .filter(|done| matches!(done, Err(StoreError::Conflict)))
                .count()
            == 8,
        "{done:?}"
    );
    assert_eq!(valid_sdk_keys(&world, "acme", NOW).await.len(), 1);
}

#[engine_test]
async fn signing_key_is_added_promoted_retired_and_dropped(world: StoreFixture) {
    for name in ["k1", "k2"] {
        add_signing_key(&world, "acme", name).await.unwrap();
    }
    add_signing_key(&world, "indie", "k1").await.unwrap();
    assert!(
        world
            .store
            .primary_signing_key(&tenant("acme"))
            .await
            .unwrap()
            .is_none()
    );
    assert!(promote(&world, "k1", NOW).await);
    assert_eq!(
        stages(&world).await,
        [
            ("k1".into(), KeyStage::Signing),
            ("k2".into(), KeyStage::Added)
        ]
    );
    let later = NOW.plus_days(14);
    assert!(promote(&world, "k2", later).await);
    assert_eq!(
        stages(&world).await,
        [
            ("k1".into(), KeyStage::Retired(later)),
            ("k2".into(), KeyStage::Signing)
        ]
    );
    let primary = world
        .store
        .primary_signing_key(&tenant("acme"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (primary.kid, primary.sealed_private_key),
        (kid("k2"), "sealed k2".to_owned())
    );

    let due = |at| world.store.tenants_with_droppable_keys(at);
    assert!(due(later.plus_millis(-1)).await.unwrap().is_empty());
    assert_eq!(due(later).await.unwrap(), [tenant("acme")]);
    assert!(drop_retired(&world, later.plus_millis(-1)).await.is_empty());
    assert_eq!(drop_retired(&world, later).await, [kid("k1")]);
    assert!(drop_retired(&world, later).await.is_empty());
    assert!(due(later).await.unwrap().is_empty());
    assert_eq!(stages(&world).await, [("k2".into(), KeyStage::Signing)]);
    // A dropped key can't sign, and its ID can't be reused.
    let again = add_signing_key(&world, "acme", "k1").await;
    assert!(matches!(again, Err(StoreError::Conflict)), "{again:?}");
    assert_eq!(
        world
            .store
            .list_signing_keys(&tenant("indie"))
            .await
            .unwrap()
            .len(),
        1
    );
}

#[engine_test]
async fn retired_key_can_be_promoted_but_dropped_key_cannot(world: StoreFixture) {
    for name in ["k1", "k2"] {
        add_signing_key(&world, "acme", name).await.unwrap();
        assert!(promote(&world, name, NOW).await);
    }
    assert!(promote(&world, "k1", NOW.plus_days(1)).await);
    assert_eq!(
        stages(&world).await,
        [
            ("k1".into(), KeyStage::Signing),
            ("k2".into(), KeyStage::Retired(NOW.plus_days(1)))
        ]
    );
    assert_eq!(drop_retired(&world, NOW.plus_days(1)).await, [kid("k2")]);
    assert!(!promote(&world, "k2", NOW).await);
    assert!(!promote(&world, "k9", NOW).await);
}

#[engine_test]
async fn concurrent_promotions_leave_one_signing_key(world: StoreFixture) {
    for name in ["k1", "k2", "k3"] {
        add_signing_key(&world, "acme", name).await.unwrap();
    }
    assert!(promote(&world, "k1", NOW).await);
    let promote = |name: &'static str| {
        world.store.write(move |tx| {
            async move {
                tx.promote_signing_key(&tenant("acme"), &kid(name), NOW)
                    .await
            }
            .boxed()
        })
    };
    let (one, other): (Result<bool, StoreError>, Result<bool, StoreError>) =
        futures::join!(promote("k2"), promote("k3"));
    assert!(one.is_ok() || other.is_ok(), "{one:?} {other:?}");
    let signing = stages(&world)
        .await
        .into_iter()
        .filter(|(_, stage)| *stage == KeyStage::Signing);
    assert_eq!(signing.count(), 1);
}

#[engine_test]
async fn sdk_keys_are_listed_with_the_current_one_first(world: StoreFixture) {
    replace_sdk_key(&world, 1, NOW).await;
    replace_sdk_key(&world, 2, NOW.plus_days(1)).await;
    replace_sdk_key(&world, 3, NOW.plus_days(30)).await;
    let listed = world.store.list_sdk_keys(&tenant("acme")).await.unwrap();
    let seen: Vec<_> = listed.iter().map(|key| (key.hash, key.ends_at)).collect();
    let expected = [
        (hash(3), None),
        (hash(2), Some(NOW.plus_days(30))),
        (hash(1), Some(NOW.plus_days(1))),
    ];
    assert_eq!(seen, expected);
    assert_eq!(
        (
            listed[0].created_at,
            listed[0].created_by.as_deref(),
            listed[0].last_used_at
        ),
        (NOW, Some("ada"), None)
    );
    assert_eq!(
        world.store.list_sdk_keys(&tenant("indie")).await.unwrap(),
        []
    );
}

#[engine_test]
async fn only_the_expiry_of_a_replaced_key_can_be_changed(world: StoreFixture) {
    replace_sdk_key(&world, 1, NOW).await;
    replace_sdk_key(&world, 2, NOW.plus_days(1)).await;
    let moved = async |slug: &'static str, number: u8, ends_at: Timestamp| {
        let write = world.store.write(move |tx| {
            async move {
                let was = tx.sdk_key_end(&tenant(slug), hash(number)).await?;
                tx.set_sdk_key_end(&tenant(slug), hash(number), ends_at)
                    .await?;
                Ok(was)
            }
            .boxed()
        });
        write.await.map_err(|error: StoreError| error).unwrap()
    };
    assert_eq!(moved("indie", 1, NOW).await, None);
    assert_eq!(moved("acme", 9, NOW).await, None);
    assert_eq!(moved("acme", 2, NOW).await, Some(None));
    assert_eq!(
        moved("acme", 1, NOW.plus_days(90)).await,
        Some(Some(NOW.plus_days(1)))
    );
    assert_eq!(
        valid_sdk_keys(&world, "acme", NOW.plus_days(89)).await,
        sorted([1, 2])
    );
    assert_eq!(moved("acme", 1, NOW).await, Some(Some(NOW.plus_days(90))));
    assert_eq!(valid_sdk_keys(&world, "acme", NOW).await, sorted([2]));
}

#[engine_test]
async fn latest_use_of_an_sdk_key_is_recorded(world: StoreFixture) {
    replace_sdk_key(&world, 1, NOW).await;
    for (slug, number, millis) in [
        ("acme", 1, 5),
        ("acme", 1, 3),
        ("indie", 1, 9),
        ("acme", 2, 9),
    ] {
        world.store.record_sdk_key_use(SdkKeyUse {
            tenant_id: tenant(slug),
            key_hash: hash(number),
            used_at: NOW.plus_millis(millis),
        });
        world.store.flush().await;
    }
    let listed = world.store.list_sdk_keys(&tenant("acme")).await.unwrap();
    assert_eq!(
        (listed.len(), listed[0].last_used_at),
        (1, Some(NOW.plus_millis(5)))
    );
    let found = world
        .store
        .tenant_config(&tenant("acme"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.sdk_keys[0].last_used_at, Some(NOW.plus_millis(5)));
}
