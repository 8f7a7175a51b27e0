//! Subscriptions: a commit wakes only the subscribers of the subjects that it changed.

use std::time::Duration;

use futures::FutureExt;
use keywright_api_types::subscription::Subject;
use keywright_domain::{
    activation::{LastLease, Telemetry},
    lease::LeaseStatus,
};
use keywright_store::{LastSeenUpdate, Store, StoreError, Subscription};
use keywright_testing::{Engine, EngineFixture, engine_test};
use sqlx::Connection;

use crate::support::{NOW, StoreFixture, activation, instance_id, license, license_id, tenant};

/// Timeout that fails a test instead of letting it hang.
const TEST_TIMEOUT: Duration = Duration::from_secs(20);

async fn subscribe(store: &Store, slug: &str, subject: Subject) -> Subscription {
    store.changes().subscribe(&tenant(slug), subject).await
}

/// Waits for a change, and marks it as seen.
async fn wait_until_woken(watch: &mut Subscription) {
    tokio::time::timeout(TEST_TIMEOUT, watch.changed())
        .await
        .unwrap_or_else(|_| panic!("{watch:?} was not woken"));
}

/// Subscriptions that the change must not wake.
async fn unrelated_subscriptions(store: &Store) -> [Subscription; 3] {
    [
        subscribe(store, "acme", Subject::License(license_id(2))).await,
        subscribe(store, "indie", Subject::Licenses).await,
        // The same ID in another tenant is another license.
        subscribe(store, "indie", Subject::License(license_id(1))).await,
    ]
}

fn assert_not_woken(watches: &[Subscription]) {
    for watch in watches {
        assert!(!watch.has_changed(), "{watch:?} was woken");
    }
}

fn last_seen_update(number: u32) -> LastSeenUpdate {
    LastSeenUpdate {
        tenant_id: tenant("acme"),
        license_id: license_id(number),
        instance_id: instance_id(1),
        seen_at: NOW.plus_days(1),
        lease: LastLease {
            status: LeaseStatus::Active,
            expires_at: NOW.plus_days(8),
        },
        telemetry: Telemetry::default(),
    }
}

/// Marks a license as changed in a unit that returns `end`.
async fn announce(store: &Store, number: u32, end: Result<(), StoreError>) {
    let unit = store.write(move |tx| {
        async move {
            tx.mark_license_changed(&tenant("acme"), license_id(number));
            end
        }
        .boxed()
    });
    unit.await.ok();
}

#[engine_test]
async fn commit_wakes_subscribers_of_the_license_and_the_list(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    let mut detail = subscribe(&world.store, "acme", Subject::License(license_id(1))).await;
    let mut list = subscribe(&world.store, "acme", Subject::Licenses).await;
    let unrelated = unrelated_subscriptions(&world.store).await;
    assert!(
        !detail.has_changed() && !list.has_changed(),
        "earlier changes don't count"
    );
    world.activate(&activation(license_id(1), 1)).await.unwrap();
    wait_until_woken(&mut detail).await;
    wait_until_woken(&mut list).await;
    assert_not_woken(&[detail, list]);
    assert_not_woken(&unrelated);
}

#[engine_test]
async fn every_license_change_wakes_subscribers(world: StoreFixture) {
    let mut list = subscribe(&world.store, "acme", Subject::Licenses).await;
    world.add_license(&license(1)).await.unwrap();
    wait_until_woken(&mut list).await;
    world.add_license(&license(2)).await.unwrap();
    wait_until_woken(&mut list).await;
    let mut first = subscribe(&world.store, "acme", Subject::License(license_id(1))).await;
    let mut second = subscribe(&world.store, "acme", Subject::License(license_id(2))).await;
    let (acme, one, two) = (tenant("acme"), license_id(1), license_id(2));
    let revoke = world
        .store
        .write(move |tx| async move { tx.revoke_license(&acme, one).await }.boxed());
    assert!(revoke.await.map_err(|error: StoreError| error).unwrap());
    wait_until_woken(&mut first).await;
    wait_until_woken(&mut list).await;
    let acme = tenant("acme");
    let remint = world.store.write(move |tx| {
        async move { tx.mark_license_reminted(&acme, two, license_id(3)).await }.boxed()
    });
    assert!(remint.await.map_err(|error: StoreError| error).unwrap());
    wait_until_woken(&mut second).await;
    wait_until_woken(&mut list).await;
    let acme = tenant("acme");
    let free = world.store.write(move |tx| {
        async move {
            tx.insert_activations(&[activation(one, 1)]).await?;
            tx.update_reactivated_instance(&acme, one, instance_id(1), Some("Renamed"), None)
                .await
        }
        .boxed()
    });
    free.await.map_err(|error: StoreError| error).unwrap();
    wait_until_woken(&mut first).await;
    assert!(!list.has_changed(), "the list shows no devices");
    assert!(!second.has_changed());
}

#[engine_test]
async fn rollback_wakes_no_subscribers(world: StoreFixture) {
    let mut detail = subscribe(&world.store, "acme", Subject::License(license_id(1))).await;
    let mut list = subscribe(&world.store, "acme", Subject::Licenses).await;
    let mut other = subscribe(&world.store, "acme", Subject::License(license_id(2))).await;
    announce(&world.store, 1, Err(StoreError::Conflict)).await;
    let broken = world.store.write(|tx| {
        async move {
            tx.mark_license_changed(&tenant("acme"), license_id(1));
            assert!(license_id(1) != license_id(1), "simulated bug");
            Ok::<_, StoreError>(())
        }
        .boxed()
    });
    assert!(broken.await.is_err());
    // On SQLite these share a commit, and one of them is rolled back.
    let fails = announce(&world.store, 1, Err(StoreError::Conflict));
    let holds = announce(&world.store, 2, Ok(()));
    futures::join!(fails, holds);
    wait_until_woken(&mut other).await;
    wait_until_woken(&mut list).await;
    assert!(!detail.has_changed());
    announce(&world.store, 1, Ok(())).await;
    wait_until_woken(&mut detail).await;
}

#[engine_test]
async fn last_seen_update_wakes_only_subscribers_of_its_license(world: StoreFixture) {
    world.add_license(&license(1)).await.unwrap();
    world.activate(&activation(license_id(1), 1)).await.unwrap();
    let mut detail = subscribe(&world.store, "acme", Subject::License(license_id(1))).await;
    let list = subscribe(&world.store, "acme", Subject::Licenses).await;
    let unrelated = unrelated_subscriptions(&world.store).await;
    let id = license_id(1);
    let lookup = world
        .store
        .lookup_license(&tenant("acme"), id, Some(instance_id(1)))
        .await;
    let known = lookup.unwrap().license.unwrap().activation.unwrap();
    let new_telemetry = Telemetry {
        app_version: Some("2.0".into()),
        ..Telemetry::default()
    };
    // Without and with new telemetry.
    for telemetry in [Telemetry::default(), new_telemetry] {
        world.store.record_last_seen(
            LastSeenUpdate {
                telemetry,
                ..last_seen_update(1)
            },
            &known,
        );
        wait_until_woken(&mut detail).await;
    }
    assert_not_woken(&[detail, list]);
    assert_not_woken(&unrelated);
}

#[engine_test]
async fn missed_changes_are_reported_once(world: StoreFixture) {
    let mut list = subscribe(&world.store, "acme", Subject::Licenses).await;
    for number in 0..5 {
        announce(&world.store, number, Ok(())).await;
    }
    assert!(list.changed().now_or_never().is_some());
    assert!(list.changed().now_or_never().is_none());
}

#[engine_test]
async fn unit_with_a_thousand_licenses_wakes_subscribers_of_each(world: StoreFixture) {
    let mut page = subscribe(&world.store, "acme", Subject::License(license_id(999))).await;
    let mut list = subscribe(&world.store, "acme", Subject::Licenses).await;
    let unrelated = unrelated_subscriptions(&world.store).await;
    announce_range(&world.store, 3, 1_000).await;
    wait_until_woken(&mut page).await;
    wait_until_woken(&mut list).await;
    assert_not_woken(&unrelated);
}

#[engine_test]
async fn dropped_subscription_is_removed(world: StoreFixture) {
    let changes = world.store.changes();
    let first = subscribe(&world.store, "acme", Subject::Licenses).await;
    let second = subscribe(&world.store, "acme", Subject::Licenses).await;
    let third = subscribe(&world.store, "acme", Subject::License(license_id(1))).await;
    assert_eq!(changes.subject_count(), 2);
    drop(third);
    assert_eq!(changes.subject_count(), 1);
    drop(first);
    let mut second = second;
    announce(&world.store, 1, Ok(())).await;
    wait_until_woken(&mut second).await;
    drop(second);
    assert_eq!(changes.subject_count(), 0);
}

#[engine_test]
async fn stores_on_one_database_receive_each_others_changes(world: StoreFixture) {
    let other = world.database.open().await;
    let mut detail = subscribe(&other, "acme", Subject::License(license_id(1))).await;
    let mut list = subscribe(&other, "acme", Subject::Licenses).await;
    world.add_license(&license(1)).await.unwrap();
    wait_until_woken(&mut detail).await;
    wait_until_woken(&mut list).await;
    let mut detail = subscribe(&world.store, "acme", Subject::License(license_id(1))).await;
    let mut list = subscribe(&world.store, "acme", Subject::Licenses).await;
    let acme = tenant("acme");
    let revoke =
        other.write(move |tx| async move { tx.revoke_license(&acme, license_id(1)).await }.boxed());
    assert!(revoke.await.map_err(|error: StoreError| error).unwrap());
    wait_until_woken(&mut detail).await;
    wait_until_woken(&mut list).await;
}

/// Like a command that exits immediately. The server delays its second change to collect others.
#[engine_test]
async fn closing_a_store_sends_its_pending_changes(world: StoreFixture) {
    for number in 0..3 {
        let mut second = subscribe(
            &world.store,
            "acme",
            Subject::License(license_id(number + 10)),
        )
        .await;
        let command = world.database.open().await;
        for number in [number, number + 10] {
            let add = command
                .write(move |tx| async move { tx.insert_license(&license(number)).await }.boxed());
            add.await.map_err(|error: StoreError| error).unwrap();
        }
        command.close().await;
        wait_until_woken(&mut second).await;
    }
}

#[engine_test]
async fn tracking_resumes_with_the_next_subscription(world: StoreFixture) {
    let other = world.database.open().await;
    for number in 0..3 {
        // Other stores keep writing while there are no subscribers.
        let add =
            other.write(move |tx| async move { tx.insert_license(&license(number)).await }.boxed());
        add.await.map_err(|error: StoreError| error).unwrap();
        let mut list = subscribe(&world.store, "acme", Subject::Licenses).await;
        let add = other
            .write(move |tx| async move { tx.insert_license(&license(number + 10)).await }.boxed());
        add.await.map_err(|error: StoreError| error).unwrap();
        wait_until_woken(&mut list).await;
    }
}

async fn announce_range(store: &Store, first: u32, last: u32) {
    let unit = store.write(move |tx| {
        async move {
            for number in first..last {
                tx.mark_license_changed(&tenant("acme"), license_id(number));
            }
            Ok::<_, StoreError>(())
        }
        .boxed()
    });
    unit.await.unwrap();
}

/// SQLite can't report what another process changed; PostgreSQL servers notify each other.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_servers_send_their_change_sets() {
    let world = StoreFixture::create(Engine::Postgres).await;
    let other = world.database.open().await;
    let mut last = subscribe(&world.store, "acme", Subject::License(license_id(402))).await;
    let unrelated = unrelated_subscriptions(&world.store).await;
    // More than one message.
    announce_range(&other, 3, 403).await;
    wait_until_woken(&mut last).await;
    assert_not_woken(&unrelated);
    // More than fit into individual messages.
    announce_range(&other, 1_000, 2_000).await;
    for mut bystander in unrelated {
        wait_until_woken(&mut bystander).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_server_ignores_its_own_messages() {
    let world = StoreFixture::create(Engine::Postgres).await;
    let other = world.database.open().await;
    let mut own_subscription =
        subscribe(&world.store, "acme", Subject::License(license_id(1))).await;
    let mut other_subscription = subscribe(&other, "acme", Subject::License(license_id(1))).await;
    let mut next = subscribe(&world.store, "acme", Subject::License(license_id(2))).await;
    announce(&world.store, 1, Ok(())).await;
    wait_until_woken(&mut own_subscription).await;
    // The message has been sent by now, and all servers receive the next one after it.
    wait_until_woken(&mut other_subscription).await;
    announce(&other, 2, Ok(())).await;
    wait_until_woken(&mut next).await;
    assert!(!own_subscription.has_changed());
}

/// Changes may have been missed while the connection was down.
#[tokio::test(flavor = "multi_thread")]
async fn lost_listen_connection_wakes_all_subscribers() {
    let world = StoreFixture::create(Engine::Postgres).await;
    let mut list = subscribe(&world.store, "acme", Subject::Licenses).await;
    let mut connection = sqlx::AnyConnection::connect(world.database.url())
        .await
        .unwrap();
    let terminate_listeners =
        "SELECT pg_terminate_backend(pid)::text AS ended FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    let ended = sqlx::query(terminate_listeners)
        .execute(&mut connection)
        .await
        .unwrap();
    assert_eq!(ended.rows_affected(), 1);
    wait_until_woken(&mut list).await;
    // It receives messages again.
    let other = world.database.open().await;
    let mut detail = subscribe(&world.store, "acme", Subject::License(license_id(1))).await;
    announce(&other, 1, Ok(())).await;
    wait_until_woken(&mut detail).await;
}
