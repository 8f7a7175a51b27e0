//! The master key and what it guards.

use keywright_service::{
    master_key::{MasterKey, MasterKeyError},
    rng::Rng,
    testing::SeededRng,
};
use keywright_store::{Engine, testing::TestDatabase};

use crate::world::{acme, world};

#[tokio::test]
async fn the_first_key_becomes_the_databases_and_another_is_refused() {
    let database = TestDatabase::on(Engine::Sqlite).await;
    let store = database.open().await;
    let rng: &dyn Rng = &SeededRng::new(1);
    let (key, other) = (MasterKey::generate(rng), MasterKey::generate(rng));
    assert!(!MasterKey::is_set(&store).await.unwrap());
    assert!(key.clone().checked(&store, rng).await.is_ok());
    assert!(MasterKey::is_set(&store).await.unwrap());
    assert!(key.checked(&store, rng).await.is_ok());
    assert!(matches!(
        other.checked(&store, rng).await,
        Err(MasterKeyError::Wrong)
    ));
}

#[tokio::test]
async fn private_keys_are_sealed_and_differ_by_tenant() {
    let world = world().await;
    let acme = world
        .store
        .primary_signing_key(&acme())
        .await
        .unwrap()
        .unwrap();
    let indie = world
        .store
        .primary_signing_key(&"indie".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_ne!(acme.public_key, indie.public_key);
    let sealed = data_encoding::BASE64
        .decode(acme.sealed_private_key.as_bytes())
        .unwrap();
    assert_eq!(sealed.len(), 24 + 32 + 16, "nonce, secret, tag");
}
