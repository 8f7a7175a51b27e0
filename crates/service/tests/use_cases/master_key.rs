//! The master key and the secrets it protects.

use keywright_domain::plan::Plan;
use keywright_service::{
    Services,
    clock::SystemClock,
    rate_limit::RateLimitConfig,
    rng::Rng,
    signing_keys::master_key::{MasterKey, MasterKeyError},
    tenants::CreateTenant,
};
use keywright_testing::{Engine, SeededRng, TestDatabase};

use crate::support::{acme, demo_world};

#[tokio::test]
async fn different_master_key_is_rejected_once_something_is_sealed() {
    let database = TestDatabase::create(Engine::Sqlite).await;
    let store = database.open().await;
    let rng: &dyn Rng = &SeededRng::new(1);
    let (first, second) = (MasterKey::generate(rng), MasterKey::generate(rng));
    assert!(
        first
            .clone()
            .verify_against_store(&store, rng)
            .await
            .is_ok()
    );
    assert!(!MasterKey::is_in_use(&store).await.unwrap());
    let second = second.verify_against_store(&store, rng).await.unwrap();
    let services = Services::new(
        store.clone(),
        second.clone(),
        Box::new(SystemClock),
        Box::new(SeededRng::new(2)),
        RateLimitConfig::default(),
    );
    services
        .tenants
        .create(CreateTenant::new(
            "acme".parse().unwrap(),
            "Acme",
            Plan::Free,
        ))
        .await
        .unwrap();
    assert!(MasterKey::is_in_use(&store).await.unwrap());
    assert!(second.verify_against_store(&store, rng).await.is_ok());
    assert!(matches!(
        first.verify_against_store(&store, rng).await,
        Err(MasterKeyError::Mismatch)
    ));
}

#[tokio::test]
async fn private_keys_are_sealed_and_unique_per_tenant() {
    let world = demo_world().await;
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
