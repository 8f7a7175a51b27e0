//! SDK keys and signing keys, with a fixed clock.

use futures::FutureExt;
use keywright_domain::{
    audit::{Action, ActorKind},
    ids::Kid,
    role::Role,
    sdk_key::{GracePeriod, SdkKey},
    signing_key::{KeyStage, PromotionReason},
};
use keywright_service::{
    Caller, Error, InvalidInputError,
    device::{DeviceCredentials, DeviceError},
};
use keywright_store::StoreError;
use keywright_testing::{NOW, TestContext};

use crate::support::{acme, audit_log, demo_world, new_entries, operator_with_role};

const DEMO_KEY: &str = "sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

async fn is_accepted(world: &TestContext, key: &str) -> bool {
    let credentials = DeviceCredentials::new("acme", "notes", Some(key.as_bytes()));
    match world.services.devices.admit(&credentials).await {
        Ok(_) => true,
        Err(DeviceError::InvalidSdkKey) => false,
        Err(other) => panic!("{other}"),
    }
}

fn owner() -> Caller {
    operator_with_role(Role::Owner)
}

fn kid(name: &str) -> Kid {
    name.parse().unwrap()
}

/// Returns the actions recorded after the first `before` entries, oldest first.
async fn actions(world: &TestContext, before: usize) -> Vec<Action> {
    // After the clock was moved, entries may be past their retention: read them as of the start.
    world.clock.set(NOW);
    let entries = new_entries(world, before).await;
    entries.iter().rev().map(|entry| entry.action).collect()
}

#[tokio::test]
async fn replaced_sdk_key_stays_valid_for_30_days() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let sdk_keys = &world.services.sdk_keys;
    assert!(
        matches!(sdk_keys.create(&owner()).await, Err(Error::Conflict(_))),
        "the tenant already has a key"
    );
    let created = sdk_keys
        .rotate(&owner(), GracePeriod::DEFAULT)
        .await
        .unwrap();
    assert!(is_accepted(&world, DEMO_KEY).await && is_accepted(&world, created.expose()).await);
    world.clock.set(NOW.plus_days(30).plus_millis(-1));
    assert!(is_accepted(&world, DEMO_KEY).await);
    world.clock.set(NOW.plus_days(30));
    assert!(!is_accepted(&world, DEMO_KEY).await);
    assert!(is_accepted(&world, created.expose()).await);
    assert!(!is_accepted(&world, "").await);
    assert_eq!(actions(&world, before).await, [Action::SdkKeyRotate]);
}

#[tokio::test]
async fn immediate_rotation_revokes_all_earlier_sdk_keys() {
    let world = demo_world().await;
    let sdk_keys = &world.services.sdk_keys;
    let second = sdk_keys
        .rotate(&owner(), GracePeriod::DEFAULT)
        .await
        .unwrap();
    let third = sdk_keys.rotate(&owner(), GracePeriod::NONE).await.unwrap();
    for (key, expected) in [
        (DEMO_KEY, false),
        (second.expose(), false),
        (third.expose(), true),
    ] {
        assert_eq!(is_accepted(&world, key).await, expected);
    }
}

#[tokio::test]
async fn imported_sdk_key_replaces_the_current_one() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let sdk_keys = &world.services.sdk_keys;
    let imported: SdkKey = format!("sdk_live_{}", "7".repeat(64)).parse().ok().unwrap();
    let replaced = sdk_keys
        .import(&owner(), &imported, GracePeriod::DEFAULT)
        .await
        .unwrap();
    assert!(replaced);
    assert!(is_accepted(&world, imported.expose()).await && is_accepted(&world, DEMO_KEY).await);
    let again = sdk_keys
        .import(&owner(), &imported, GracePeriod::NONE)
        .await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    assert!(
        is_accepted(&world, DEMO_KEY).await,
        "a conflict changes nothing"
    );
    // Importing the previous key again undoes a rotation.
    let demo: SdkKey = DEMO_KEY.parse().ok().unwrap();
    sdk_keys
        .import(&owner(), &demo, GracePeriod::NONE)
        .await
        .unwrap();
    world.clock.set(NOW.plus_days(31));
    assert!(is_accepted(&world, DEMO_KEY).await && !is_accepted(&world, imported.expose()).await);
    assert_eq!(actions(&world, before).await, [Action::SdkKeyImport; 2]);
}

#[tokio::test]
async fn sdk_key_is_required_once_the_tenant_has_one() {
    let world = demo_world().await;
    let (activations, sdk_keys) = (&world.services.devices, &world.services.sdk_keys);
    let indie = Caller::for_command_line("indie".parse().unwrap());
    let pixel = |key| DeviceCredentials::new("indie", "pixel", key);
    for key in [None, Some(&b"anything"[..])] {
        assert!(activations.admit(&pixel(key)).await.is_ok());
    }
    let rotated = sdk_keys.rotate(&indie, GracePeriod::NONE).await;
    assert!(matches!(rotated, Err(Error::Conflict(_))));
    let created = sdk_keys.create(&indie).await.unwrap();
    for key in [None, Some(&b"anything"[..]), Some(DEMO_KEY.as_bytes())] {
        let refused = activations.admit(&pixel(key)).await;
        assert!(matches!(refused, Err(DeviceError::InvalidSdkKey)));
    }
    assert!(
        activations
            .admit(&pixel(Some(created.expose().as_bytes())))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn replaced_sdk_keys_can_be_revoked_early() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let sdk_keys = &world.services.sdk_keys;
    let none = sdk_keys.revoke_replaced(&owner()).await;
    assert!(
        matches!(none, Err(Error::Conflict(_))),
        "no key has been replaced"
    );
    let created = sdk_keys
        .rotate(&owner(), GracePeriod::DEFAULT)
        .await
        .unwrap();
    world.clock.set(NOW.plus_millis(1));
    sdk_keys.revoke_replaced(&owner()).await.unwrap();
    assert!(!is_accepted(&world, DEMO_KEY).await && is_accepted(&world, created.expose()).await);
    let again = sdk_keys.revoke_replaced(&owner()).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    assert_eq!(
        actions(&world, before).await,
        [Action::SdkKeyRotate, Action::SdkKeyEnd]
    );
}

/// No command produces this state. If it occurs anyway, access must stay denied.
#[tokio::test]
async fn tenant_with_only_expired_sdk_keys_rejects_all_requests() {
    let world = demo_world().await;
    let end = world
        .store
        .write(|tx| async move { tx.end_sdk_keys(&acme(), NOW).await }.boxed());
    end.await.map_err(|error: StoreError| error).unwrap();
    assert!(!is_accepted(&world, DEMO_KEY).await && !is_accepted(&world, "").await);
}

#[tokio::test]
async fn planned_promotion_requires_14_days() {
    let world = demo_world().await;
    let before = audit_log(&world).await.len();
    let keys = &world.services.signing_keys;
    assert_eq!(keys.add(&owner(), None).await.unwrap().kid, kid("k2"));
    let keyset = keys.keyset(&acme()).await.unwrap();
    assert_eq!((keyset.signing_kid, keyset.keys.len()), (kid("k1"), 2));
    for (at, days) in [(NOW, 14), (NOW.plus_days(13).plus_millis(1), 1)] {
        world.clock.set(at);
        let refused = keys
            .promote(&owner(), kid("k2"), PromotionReason::Planned)
            .await;
        assert!(
            matches!(refused, Err(Error::Invalid(InvalidInputError::KeyTooNew { days: left })) if left == days)
        );
    }
    let unknown = keys
        .promote(&owner(), kid("k9"), PromotionReason::Leak)
        .await;
    assert!(matches!(
        unknown,
        Err(Error::Invalid(InvalidInputError::UnknownKid(_)))
    ));
    let signing = keys
        .promote(&owner(), kid("k1"), PromotionReason::Leak)
        .await;
    assert!(matches!(
        signing,
        Err(Error::Conflict("This key is already the signing key"))
    ));
    world.clock.set(NOW.plus_days(14));
    keys.promote(&owner(), kid("k2"), PromotionReason::Planned)
        .await
        .unwrap();
    assert_eq!(keys.keyset(&acme()).await.unwrap().signing_kid, kid("k2"));
    assert_eq!(
        actions(&world, before).await,
        [Action::SigningKeyCreate, Action::SigningKeyPromote]
    );
}

#[tokio::test]
async fn retired_key_is_dropped_after_its_last_lease_expired() {
    let world = demo_world().await;
    let keys = &world.services.signing_keys;
    keys.add(&owner(), None).await.unwrap();
    keys.promote(&owner(), kid("k2"), PromotionReason::Leak)
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
    let mut entries = audit_log(&world).await;
    entries.retain(|entry| entry.action == Action::SigningKeyDrop);
    assert_eq!(entries.len(), 1, "the key is dropped exactly once");
    assert_eq!(entries[0].actor.kind, ActorKind::System);
    assert_eq!(entries[0].details["kid"], "k1");
    // The ID can't be reused, whether specified or generated.
    let again = keys.add(&owner(), Some(kid("k1"))).await;
    assert!(matches!(again, Err(Error::Conflict(_))));
    assert_eq!(keys.add(&owner(), None).await.unwrap().kid, kid("k3"));
    let back = keys
        .promote(&owner(), kid("k1"), PromotionReason::Leak)
        .await;
    assert!(matches!(
        back,
        Err(Error::Invalid(InvalidInputError::UnknownKid(_)))
    ));
}

#[tokio::test]
async fn added_key_is_never_dropped() {
    let world = demo_world().await;
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
    let world = demo_world().await;
    let (sdk_keys, keys) = (&world.services.sdk_keys, &world.services.signing_keys);
    let before = audit_log(&world).await.len();
    for role in [Role::Viewer, Role::Support] {
        let caller = operator_with_role(role);
        let demo: SdkKey = DEMO_KEY.parse().ok().unwrap();
        let refused = [
            sdk_keys.create(&caller).await.err(),
            sdk_keys.rotate(&caller, GracePeriod::NONE).await.err(),
            sdk_keys
                .import(&caller, &demo, GracePeriod::NONE)
                .await
                .err(),
            sdk_keys.revoke_replaced(&caller).await.err(),
            keys.add(&caller, None).await.err(),
            keys.promote(&caller, kid("k1"), PromotionReason::Leak)
                .await
                .err(),
            keys.list(&caller).await.err(),
        ];
        for error in refused {
            assert!(
                matches!(error, Some(Error::Forbidden)),
                "{role:?} {error:?}"
            );
        }
    }
    assert_eq!(audit_log(&world).await.len(), before);
    assert!(keys.list(&operator_with_role(Role::Admin)).await.is_ok());
}
