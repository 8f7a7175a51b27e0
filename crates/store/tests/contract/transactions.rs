//! Units of work: atomic, and completed even if the caller is dropped.

use futures::{FutureExt, future::join_all};
use keywright_store::{Store, StoreError};
use keywright_testing::{Engine, EngineFixture, engine_test};

use crate::support::{StoreFixture, license, license_id, tenant};

async fn exists(store: &Store, number: u32) -> bool {
    store
        .find_license(&tenant("acme"), license_id(number))
        .await
        .unwrap()
        .is_some()
}

#[engine_test]
async fn failed_unit_is_rolled_back_without_affecting_others(world: StoreFixture) {
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
async fn panicking_unit_is_rolled_back_and_the_writer_continues(world: StoreFixture) {
    let broken = world
        .store
        .write(|tx| {
            async move {
                tx.insert_license(&license(1)).await?;
                assert!(always_false(), "simulated bug");
                Ok::<_, StoreError>(())
            }
            .boxed()
        })
        .await;
    assert!(matches!(broken, Err(StoreError::Aborted)), "{broken:?}");
    assert!(!exists(&world.store, 1).await);
    world.add_license(&license(2)).await.unwrap();
}

#[engine_test]
async fn unit_completes_after_its_caller_is_dropped(world: StoreFixture) {
    let (started, wait_for_start) = tokio::sync::oneshot::channel();
    let (resume, wait_for_resume) = tokio::sync::oneshot::channel();
    let (finished, wait_for_end) = tokio::sync::oneshot::channel();
    let unit = world.store.write(move |tx| {
        async move {
            started.send(()).unwrap();
            wait_for_resume.await.unwrap();
            tx.insert_license(&license(1)).await?;
            finished.send(()).unwrap();
            Ok::<_, StoreError>(())
        }
        .boxed()
    });
    tokio::select! {
        _ = unit => panic!("the unit can't finish yet"),
        started = wait_for_start => started.unwrap(),
    }
    resume.send(()).unwrap();
    wait_for_end.await.unwrap();
    // On SQLite the reply to a later unit would follow the first commit. Closing waits for it on
    // both engines.
    world.store.close().await;
    let again = world.database.open().await;
    assert!(exists(&again, 1).await);
}

#[engine_test]
async fn closed_store_rejects_writes(world: StoreFixture) {
    world.store.close().await;
    assert!(world.add_license(&license(1)).await.is_err());
    assert!(world.store.ping().await.is_err());
}

fn always_false() -> bool {
    false
}

/// A unit holds a row lock indefinitely, like a server that has disappeared. Units that need the
/// same row fail before a request times out, and all others proceed. SQLite runs one unit at a
/// time, so it has no such locks.
#[tokio::test(flavor = "multi_thread")]
async fn locked_row_blocks_no_other_row_on_postgres() {
    let world = StoreFixture::create(Engine::Postgres).await;
    world.add_license(&license(1)).await.unwrap();
    world.add_license(&license(2)).await.unwrap();
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
    assert!(lock(1).await.unwrap().is_some(), "the lock was released");
}
