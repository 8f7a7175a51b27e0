//! SQLite: the database file is moved while it is open. On Unix the store could still write to
//! it, but must not confirm any write.

use std::{fs, path::Path};

use futures::FutureExt;
use keywright_store::StoreError;
use keywright_testing::{Engine, EngineFixture};

use crate::support::{StoreFixture, license, license_id, tenant};

async fn assert_unavailable(world: &StoreFixture, file: &Path) {
    let written = world.add_license(&license(1)).await;
    assert!(matches!(written, Err(StoreError::Aborted)), "{written:?}");
    let read = world
        .store
        .find_license(&tenant("acme"), license_id(1))
        .await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    let pinged = world.store.ping().await;
    assert!(
        matches!(pinged, Err(StoreError::Unavailable(_))),
        "{pinged:?}"
    );
    assert!(!file.exists(), "an empty file was created");
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_and_writes_fail_until_the_file_is_restored() {
    let world = StoreFixture::create(Engine::Sqlite).await;
    let file = world.database.path().unwrap();
    let away = file.with_extension("away");
    fs::rename(&file, &away).unwrap();
    assert_unavailable(&world, &file).await;
    fs::rename(&away, &file).unwrap();
    world.add_license(&license(1)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn commit_to_a_moved_file_is_not_confirmed() {
    let world = StoreFixture::create(Engine::Sqlite).await;
    let file = world.database.path().unwrap();
    let away = file.with_extension("away");
    let (from, to) = (file.clone(), away.clone());
    let unit = world.store.write(move |tx| {
        async move {
            tx.insert_license(&license(2)).await?;
            fs::rename(from, to).unwrap();
            Ok::<_, StoreError>(())
        }
        .boxed()
    });
    let written = unit.await;
    assert!(
        matches!(written, Err(StoreError::Unavailable(_))),
        "{written:?}"
    );
    assert_unavailable(&world, &file).await;
}
