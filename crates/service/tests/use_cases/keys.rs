//! SDK keys and signing keys, on a standing clock.

use futures::FutureExt;
use keywright_domain::{
    audit::{Action, ActorKind},
    ids::Kid,
    role::Role,
    sdk_key::{OldKeys, SdkKey},
    signing_key::{KeyStage, Urgency},
};
use keywright_service::{
    Caller, Error, Invalid,
    device::{DeviceCredentials, Refusal},
};
use keywright_store::StoreError;
use keywright_testing::{NOW, TestWorld};

use crate::support::{acme, log, new_entries, somebody, world};

const DEMO_KEY: &str = "sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

async fn opens(world: &TestWorld, key: &str) -> bool {
    let credentials = DeviceCredentials::new("acme", "notes", Some(key.as_bytes()));
    match world.services.activations.admit(&credentials).await {
        Ok(_) => true,
        Err(Refusal::SdkKey) => false,
        Err(other) => panic!("{other}"),
    }
}

fn owner() -> Caller {
    somebody(Role::Owner)
}

fn kid(name: &str) -> Kid {
    name.parse().unwrap()
}

/// The actions that were recorded since there were `before` entries, the oldest first.
async fn actions(world: &TestWorld, before: usize) -> Vec<Action> {
    // Entries outlive their time when the clock is moved: look at them from where it began.
    world.clock.set(NOW);
    let entries = new_entries(world, before).await;
    entries.iter().rev().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn an_old_sdk_key_works_for_thirty_days_more() {
    let world = world().await;
    let before = log(&world).await.len();
    let sdk_keys = &world.services.sdk_keys;
    assert!(
        matches!(sdk_keys.set(&owner()).await, Err(Error::Conflict(_))),
        "there is one"
    );
    let made = sdk_keys
        .rotate(&owner(), OldKeys::KEEP_FOR_GRACE)
        .await
        .unwrap();
    assert!(opens(&world, DEMO_KEY).await && opens(&world, made.expose()).await);
    world.clock.set(NOW.plus_days(30).plus_millis(-1));
    assert!(opens(&world, DEMO_KEY).await);
    world.clock.set(NOW.plus_days(30));
    assert!(!opens(&world, DEMO_KEY).await);
    assert!(opens(&world, made.expose()).await);
    assert!(!opens(&world, "").await);
    assert_eq!(actions(&world, before).await, [Action::SdkKeyRotate]);
}

#[tokio::test]
async fn a_leaked_sdk_key_ends_at_once_with_all_before_it() {
    let world = world().await;
    let sdk_keys = &world.services.sdk_keys;
    let second = sdk_keys
        .rotate(&owner(), OldKeys::KEEP_FOR_GRACE)
        .await
        .unwrap();
    let third = sdk_keys.rotate(&owner(), OldKeys::END_NOW).await.unwrap();
    for (key, expected) in [
        (DEMO_KEY, false),
        (second.expose(), false),
        (third.expose(), true),
    ] {
        assert_eq!(opens(&world, key).await, expected);
    }
}

#[tokio::test]
async fn an_sdk_key_that_apps_have_is_taken_over() {
    let world = world().await;
    let before = log(&world).await.len();
    let sdk_keys = &world.services.sdk_keys;
    let theirs: SdkKey = format!("sdk_live_{}", "7".repeat(64)).parse().ok().unwrap();
    let replaced = sdk_keys
        .import(&owner(), &theirs, OldKeys::KEEP_FOR_GRACE)
        .await
        .unwrap();
    assert!(replaced);
    assert!(opens(&world, theirs.expose()).await && opens(&world, DEMO_KEY).await);
    let again = sdk_keys.import(&owner(), &theirs, OldKeys::END_NOW).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    assert!(opens(&world, DEMO_KEY).await, "a conflict changes nothing");
    // A rotation that broke too many apps is taken back.
    let demo: SdkKey = DEMO_KEY.parse().ok().unwrap();
    sdk_keys
        .import(&owner(), &demo, OldKeys::END_NOW)
        .await
        .unwrap();
    world.clock.set(NOW.plus_days(31));
    assert!(opens(&world, DEMO_KEY).await && !opens(&world, theirs.expose()).await);
    assert_eq!(actions(&world, before).await, [Action::SdkKeyImport; 2]);
}

#[tokio::test]
async fn a_tenant_without_an_sdk_key_asks_for_none_until_it_has_one() {
    let world = world().await;
    let (activations, sdk_keys) = (&world.services.activations, &world.services.sdk_keys);
    let indie = Caller::command_line("indie".parse().unwrap());
    let pixel = |key| DeviceCredentials::new("indie", "pixel", key);
    for key in [None, Some(&b"anything"[..])] {
        assert!(activations.admit(&pixel(key)).await.is_ok());
    }
    let rotated = sdk_keys.rotate(&indie, OldKeys::END_NOW).await;
    assert!(matches!(rotated, Err(Error::Conflict(_))));
    let made = sdk_keys.set(&indie).await.unwrap();
    for key in [None, Some(&b"anything"[..]), Some(DEMO_KEY.as_bytes())] {
        let refused = activations.admit(&pixel(key)).await;
        assert!(matches!(refused, Err(Refusal::SdkKey)));
    }
    assert!(
        activations
            .admit(&pixel(Some(made.expose().as_bytes())))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_replaced_sdk_key_is_ended_early_and_the_current_one_stays() {
    let world = world().await;
    let before = log(&world).await.len();
    let sdk_keys = &world.services.sdk_keys;
    let none = sdk_keys.end_replaced(&owner()).await;
    assert!(
        matches!(none, Err(Error::Conflict(_))),
        "nothing was replaced"
    );
    let made = sdk_keys
        .rotate(&owner(), OldKeys::KEEP_FOR_GRACE)
        .await
        .unwrap();
    world.clock.set(NOW.plus_millis(1));
    sdk_keys.end_replaced(&owner()).await.unwrap();
    assert!(!opens(&world, DEMO_KEY).await && opens(&world, made.expose()).await);
    let again = sdk_keys.end_replaced(&owner()).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    assert_eq!(
        actions(&world, before).await,
        [Action::SdkKeyRotate, Action::SdkKeyEnd]
    );
}

/// No command leaves a tenant so; if it comes to it, its doors stay shut.
#[tokio::test]
async fn a_tenant_whose_sdk_keys_have_all_ended_lets_nobody_in() {
    let world = world().await;
    let end = world
        .store
        .write(|tx| async move { tx.end_sdk_keys(&acme(), NOW).await }.boxed());
    end.await.map_err(|error: StoreError| error).unwrap();
    assert!(!opens(&world, DEMO_KEY).await && !opens(&world, "").await);
}

#[tokio::test]
async fn a_key_is_promoted_once_apps_have_had_fourteen_days() {
    let world = world().await;
    let before = log(&world).await.len();
    let keys = &world.services.signing_keys;
    assert_eq!(keys.add(&owner(), None).await.unwrap().kid, kid("k2"));
    let keyset = keys.keyset(&acme()).await.unwrap();
    assert_eq!((keyset.primary, keyset.keys.len()), (kid("k1"), 2));
    for (at, days) in [(NOW, 14), (NOW.plus_days(13).plus_millis(1), 1)] {
        world.clock.set(at);
        let refused = keys.promote(&owner(), kid("k2"), Urgency::Planned).await;
        assert!(
            matches!(refused, Err(Error::Invalid(Invalid::KeyTooNew { days: left })) if left == days)
        );
    }
    let unknown = keys.promote(&owner(), kid("k9"), Urgency::Leak).await;
    assert!(matches!(
        unknown,
        Err(Error::Invalid(Invalid::UnknownKid(_)))
    ));
    let signing = keys.promote(&owner(), kid("k1"), Urgency::Leak).await;
    assert!(matches!(
        signing,
        Err(Error::Conflict("This key signs already"))
    ));
    world.clock.set(NOW.plus_days(14));
    keys.promote(&owner(), kid("k2"), Urgency::Planned)
        .await
        .unwrap();
    assert_eq!(keys.keyset(&acme()).await.unwrap().primary, kid("k2"));
    assert_eq!(
        actions(&world, before).await,
        [Action::SigningKeyCreate, Action::SigningKeyPromote]
    );
}

#[tokio::test]
async fn a_retired_key_is_dropped_when_its_last_lease_has_ended() {
    let world = world().await;
    let keys = &world.services.signing_keys;
    keys.add(&owner(), None).await.unwrap();
    keys.promote(&owner(), kid("k2"), Urgency::Leak)
        .await
        .unwrap();
    // Seven days, the clients' 300 s of skew, and a minute for an answer that was under way.
    let end = NOW.plus_days(7).plus_millis(360_000);
    for (at, listed) in [(end.plus_millis(-1), 2), (end, 1), (end.plus_days(99), 1)] {
        world.clock.set(at);
        world.services.run_maintenance().await.unwrap();
        assert_eq!(keys.list(&owner()).await.unwrap().len(), listed, "{at:?}");
    }
    world.clock.set(NOW);
    let mut entries = log(&world).await;
    entries.retain(|entry| entry.action == Action::SigningKeyDrop);
    assert_eq!(entries.len(), 1, "dropped once");
    assert_eq!(entries[0].actor.kind, ActorKind::System);
    assert_eq!(entries[0].details["kid"], "k1");
    // Its name is never given away again: not on demand, nor in the row of names.
    let again = keys.add(&owner(), Some(kid("k1"))).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    assert_eq!(keys.add(&owner(), None).await.unwrap().kid, kid("k3"));
    let back = keys.promote(&owner(), kid("k1"), Urgency::Leak).await;
    assert!(matches!(back, Err(Error::Invalid(Invalid::UnknownKid(_)))));
}

#[tokio::test]
async fn a_key_that_was_added_and_never_used_stays() {
    let world = world().await;
    let keys = &world.services.signing_keys;
    keys.add(&owner(), Some(kid("vendor-2026"))).await.unwrap();
    world.clock.set(NOW.plus_days(1_000));
    world.services.run_maintenance().await.unwrap();
    let stages: Vec<KeyStage> = keys
        .list(&owner())
        .await
        .unwrap()
        .iter()
        .map(|key| key.stage)
        .collect();
    assert_eq!(stages, [KeyStage::Signing, KeyStage::Added]);
}

#[tokio::test]
async fn only_admins_and_owners_touch_keys() {
    let world = world().await;
    let (sdk_keys, keys) = (&world.services.sdk_keys, &world.services.signing_keys);
    let before = log(&world).await.len();
    for role in [Role::Viewer, Role::Support] {
        let caller = somebody(role);
        let demo: SdkKey = DEMO_KEY.parse().ok().unwrap();
        let refused = [
            sdk_keys.set(&caller).await.err(),
            sdk_keys.rotate(&caller, OldKeys::END_NOW).await.err(),
            sdk_keys
                .import(&caller, &demo, OldKeys::END_NOW)
                .await
                .err(),
            sdk_keys.end_replaced(&caller).await.err(),
            keys.add(&caller, None).await.err(),
            keys.promote(&caller, kid("k1"), Urgency::Leak).await.err(),
            keys.list(&caller).await.err(),
        ];
        for error in refused {
            assert!(
                matches!(error, Some(Error::Forbidden)),
                "{role:?} {error:?}"
            );
        }
    }
    assert_eq!(log(&world).await.len(), before);
    assert!(keys.list(&somebody(Role::Admin)).await.is_ok());
}
