//! SDK keys and signing keys, with a fixed clock.

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

/// Returns the actions recorded after the first `before` entries, oldest first.
async fn actions(world: &TestWorld, before: usize) -> Vec<Action> {
    // After the clock was moved, entries may be past their retention: read them as of the start.
    world.clock.set(NOW);
    let entries = new_entries(world, before).await;
    entries.iter().rev().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn replaced_sdk_key_stays_valid_for_30_days() {
    let world = world().await;
    let before = log(&world).await.len();
    let sdk_keys = &world.services.sdk_keys;
    assert!(
        matches!(sdk_keys.set(&owner()).await, Err(Error::Conflict(_))),
        "the tenant already has a key"
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
async fn immediate_rotation_ends_all_earlier_sdk_keys() {
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
async fn imported_sdk_key_replaces_the_current_one() {
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
    // A rotation that broke too many apps is rolled back.
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
async fn sdk_key_is_required_once_the_tenant_has_one() {
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
async fn replaced_sdk_keys_can_be_ended_early() {
    let world = world().await;
    let before = log(&world).await.len();
    let sdk_keys = &world.services.sdk_keys;
    let none = sdk_keys.end_replaced(&owner()).await;
    assert!(
        matches!(none, Err(Error::Conflict(_))),
        "there is no replaced key"
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

/// No command leads to this state. If it occurs anyway, access must stay denied.
#[tokio::test]
async fn tenant_with_only_ended_sdk_keys_rejects_all_requests() {
    let world = world().await;
    let end = world
        .store
        .write(|tx| async move { tx.end_sdk_keys(&acme(), NOW).await }.boxed());
    end.await.map_err(|error: StoreError| error).unwrap();
    assert!(!opens(&world, DEMO_KEY).await && !opens(&world, "").await);
}

#[tokio::test]
async fn planned_promotion_requires_14_days() {
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
        Err(Error::Conflict("This key is already the signing key"))
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
async fn retired_key_is_dropped_after_its_last_lease_expired() {
    let world = world().await;
    let keys = &world.services.signing_keys;
    keys.add(&owner(), None).await.unwrap();
    keys.promote(&owner(), kid("k2"), Urgency::Leak)
        .await
        .unwrap();
    // Seven days, the clients' 300 s clock skew, and a minute for responses in flight.
    let end = NOW.plus_days(7).plus_millis(360_000);
    for (at, listed) in [(end.plus_millis(-1), 2), (end, 1), (end.plus_days(99), 1)] {
        world.clock.set(at);
        world.services.run_maintenance().await.unwrap();
        assert_eq!(keys.list(&owner()).await.unwrap().len(), listed, "{at:?}");
    }
    world.clock.set(NOW);
    let mut entries = log(&world).await;
    entries.retain(|entry| entry.action == Action::SigningKeyDrop);
    assert_eq!(entries.len(), 1, "the key is dropped exactly once");
    assert_eq!(entries[0].actor.kind, ActorKind::System);
    assert_eq!(entries[0].details["kid"], "k1");
    // The name is never reused, neither explicitly nor by the sequence.
    let again = keys.add(&owner(), Some(kid("k1"))).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    assert_eq!(keys.add(&owner(), None).await.unwrap().kid, kid("k3"));
    let back = keys.promote(&owner(), kid("k1"), Urgency::Leak).await;
    assert!(matches!(back, Err(Error::Invalid(Invalid::UnknownKid(_)))));
}

#[tokio::test]
async fn added_key_is_never_dropped() {
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
async fn only_admins_and_owners_can_manage_keys() {
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
