//! SQLite: the file goes away while it is open. On Unix it lives on for the store alone, and then nothing may be kept in it.

use std::{fs, path::Path};

use futures::FutureExt;
use keywright_store::StoreError;
use keywright_testing::{Engine, EngineFixture};

use crate::support::{World, license, license_id, tenant};

async fn is_refused(world: &World, file: &Path) {
    let written = world.add(&license(1)).await;
    assert!(matches!(written, Err(StoreError::Aborted)), "{written:?}");
    let read = world.store.license(&tenant("acme"), license_id(1)).await;
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    let pinged = world.store.ping().await;
    assert!(
        matches!(pinged, Err(StoreError::Unavailable(_))),
        "{pinged:?}"
    );
    assert!(!file.exists(), "an empty one was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_or_written_until_it_is_back() {
    let world = World::on(Engine::Sqlite).await;
    let file = world.database.file().unwrap();
    let away = file.with_extension("away");
    fs::rename(&file, &away).unwrap();
    is_refused(&world, &file).await;
    fs::rename(&away, &file).unwrap();
    world.add(&license(1)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_during_which_it_goes_is_not_said_to_be_kept() {
    let world = World::on(Engine::Sqlite).await;
    let file = world.database.file().unwrap();
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
    is_refused(&world, &file).await;
}
