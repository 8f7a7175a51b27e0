//! Units of work: all or nothing, and finished whoever waits.

use futures::{FutureExt, future::join_all};
use keywright_store::{Store, StoreError};
use keywright_testing::{Engine, EngineFixture, engine_test};

use crate::support::{World, license, license_id, tenant};

async fn exists(store: &Store, number: u32) -> bool {
    store
        .license(&tenant("acme"), license_id(number))
        .await
        .unwrap()
        .is_some()
}

#[engine_test]
async fn a_unit_that_fails_leaves_nothing_and_takes_no_other_with_it(world: World) {
    let units = (0..40_u32).map(|number| {
        world.store.write(move |tx| {
            async move {
                tx.insert_license(&license(number)).await?;
                if number % 2 == 0 {
                    Ok(())
                } else {
                    Err(StoreError::Conflict)
                }
            }
            .boxed()
        })
    });
    let results = join_all(units).await;
    for (number, result) in (0..40).zip(results) {
        assert_eq!(result.is_ok(), number % 2 == 0, "{number}");
        assert_eq!(
            exists(&world.store, number).await,
            number % 2 == 0,
            "{number}"
        );
    }
}

#[engine_test]
async fn a_unit_that_panics_leaves_nothing_and_the_writer_goes_on(world: World) {
    let broken = world
        .store
        .write(|tx| {
            async move {
                tx.insert_license(&license(1)).await?;
                assert!(exists_never(), "a defect");
                Ok::<_, StoreError>(())
            }
            .boxed()
        })
        .await;
    assert!(matches!(broken, Err(StoreError::Aborted)), "{broken:?}");
    assert!(!exists(&world.store, 1).await);
    world.add(&license(2)).await.unwrap();
}

#[engine_test]
async fn a_unit_goes_on_when_nobody_waits_for_it_any_more(world: World) {
    let (started, wait_for_start) = tokio::sync::oneshot::channel();
    let (go, wait_for_go) = tokio::sync::oneshot::channel();
    let (finished, wait_for_end) = tokio::sync::oneshot::channel();
    let unit = world.store.write(move |tx| {
        async move {
            started.send(()).unwrap();
            wait_for_go.await.unwrap();
            tx.insert_license(&license(1)).await?;
            finished.send(()).unwrap();
            Ok::<_, StoreError>(())
        }
        .boxed()
    });
    tokio::select! {
        _ = unit => panic!("it waits for us"),
        started = wait_for_start => started.unwrap(),
    }
    go.send(()).unwrap();
    wait_for_end.await.unwrap();
    // A next unit is answered after the first one's commit on SQLite; closing waits for it on both.
    world.store.close().await;
    let again = world.database.open().await;
    assert!(exists(&again, 1).await);
}

#[engine_test]
async fn a_closed_store_refuses_to_write(world: World) {
    world.store.close().await;
    assert!(world.add(&license(1)).await.is_err());
    assert!(world.store.ping().await.is_err());
}

fn exists_never() -> bool {
    false
}

/// A unit that holds a row for ever, as a server does that vanished: whoever wants the same row is told before a request's
/// time is up, and everyone else is served. On SQLite there is no such thing: one writer runs one unit after the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_is_held_stops_nobody_else_on_postgres() {
    let world = World::on(Engine::Postgres).await;
    world.add(&license(1)).await.unwrap();
    world.add(&license(2)).await.unwrap();
    let (held, is_held) = tokio::sync::oneshot::channel();
    let (release, released) = tokio::sync::oneshot::channel::<()>();
    let holder = world.store.write(move |tx| {
        async move {
            tx.lock_license(&tenant("acme"), license_id(1)).await?;
            held.send(()).unwrap();
            released.await.ok();
            Ok::<_, StoreError>(())
        }
        .boxed()
    });
    let lock = |number: u32| {
        world.store.write(move |tx| {
            async move { tx.lock_license(&tenant("acme"), license_id(number)).await }.boxed()
        })
    };
    let others = async {
        is_held.await.unwrap();
        let waiting = join_all((0..4).map(|_| lock(1)));
        let (waited, free) = futures::join!(waiting, lock(2));
        for refused in waited {
            assert!(
                matches!(refused, Err(StoreError::Unavailable(_))),
                "{refused:?}"
            );
        }
        assert!(free.unwrap().is_some());
        release.send(()).unwrap();
    };
    let (done, ()) = futures::join!(holder, others);
    done.unwrap();
    assert!(lock(1).await.unwrap().is_some(), "and then it is free");
}
