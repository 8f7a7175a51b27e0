//! Keyless installs: how they are identified, and when they are purged.

use futures::FutureExt;
use keywright_domain::{
    activation::Telemetry,
    keyless::{KeylessInstall, KeylessState, LastBeacon},
    time::Timestamp,
};
use keywright_store::StoreError;
use keywright_testing::engine_test;

use crate::support::{NOW, StoreFixture, tenant};

fn install(instance_id: &str, machine: Option<u32>, at: Timestamp) -> KeylessInstall {
    KeylessInstall {
        tenant_id: tenant("acme"),
        product_id: "notes".parse().unwrap(),
        instance_id: instance_id.into(),
        machine_hash: machine.map(|number| format!("{number:064}").parse().unwrap()),
        state: KeylessState::Trial,
        first_seen_at: at,
        last_seen_at: at,
        telemetry: Telemetry::default(),
    }
}

async fn write(world: &StoreFixture, install: KeylessInstall) {
    let write = world
        .store
        .write(move |tx| async move { tx.upsert_keyless_install(&install).await }.boxed());
    write.await.map_err(|error: StoreError| error).unwrap();
}

async fn all(world: &StoreFixture) -> Vec<KeylessInstall> {
    let notes = "notes".parse().unwrap();
    world
        .store
        .list_keyless_installs(&tenant("acme"), &notes)
        .await
        .unwrap()
}

#[engine_test]
async fn install_is_identified_by_machine_hash_or_else_by_instance_id(world: StoreFixture) {
    let said = Telemetry {
        app_version: Some("1.0".into()),
        platform: Some("linux".into()),
        ..Telemetry::default()
    };
    write(
        &world,
        KeylessInstall {
            telemetry: said,
            ..install("a", Some(1), NOW)
        },
    )
    .await;
    let newer = Telemetry {
        app_version: Some("1.1".into()),
        ..Telemetry::default()
    };
    let later = NOW.plus_days(1);
    write(
        &world,
        KeylessInstall {
            state: KeylessState::FreeTier,
            telemetry: newer,
            ..install("b", Some(1), later)
        },
    )
    .await;
    write(&world, install("c", None, NOW)).await;
    write(&world, install("c", None, later)).await;
    write(&world, install("d 😀 \u{FFFD}", None, NOW)).await;
    let mut found = all(&world).await;
    found.sort_by(|one, other| one.instance_id.cmp(&other.instance_id));
    let merged = Telemetry {
        app_version: Some("1.1".into()),
        platform: Some("linux".into()),
        ..Telemetry::default()
    };
    let expected = [
        KeylessInstall {
            state: KeylessState::FreeTier,
            telemetry: merged,
            first_seen_at: NOW,
            ..install("b", Some(1), later)
        },
        KeylessInstall {
            first_seen_at: NOW,
            ..install("c", None, later)
        },
        install("d 😀 \u{FFFD}", None, NOW),
    ];
    assert_eq!(found, expected);
    let notes = "notes".parse().unwrap();
    let machine = format!("machine:{:064}", 1);
    let last = world
        .store
        .last_beacon(&tenant("acme"), &notes, &machine)
        .await
        .unwrap();
    assert_eq!(
        last,
        Some(LastBeacon {
            state: KeylessState::FreeTier,
            seen_at: later
        })
    );
    assert_eq!(
        world
            .store
            .last_beacon(&tenant("indie"), &notes, &machine)
            .await
            .unwrap(),
        None
    );
    assert!(
        world
            .store
            .list_keyless_installs(&tenant("indie"), &notes)
            .await
            .unwrap()
            .is_empty()
    );
}

#[engine_test]
async fn stale_installs_are_purged_in_batches(world: StoreFixture) {
    for number in 0..5 {
        write(
            &world,
            install(&format!("old-{number}"), None, NOW.plus_millis(-1)),
        )
        .await;
    }
    write(&world, install("young", None, NOW)).await;
    let purge = || {
        world
            .store
            .write(move |tx| async move { tx.purge_keyless_installs(NOW, 2).await }.boxed())
    };
    for expected in [2, 2, 1, 0] {
        assert_eq!(
            purge().await.map_err(|error: StoreError| error).unwrap(),
            expected
        );
    }
    assert_eq!(all(&world).await, [install("young", None, NOW)]);
}
