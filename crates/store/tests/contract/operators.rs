//! Operators have unique email addresses, and their sessions end.

use futures::FutureExt;
use keywright_domain::{
    ids::{OperatorId, TenantId},
    role::Role,
};
use keywright_store::{CreateSession, Operator, StoreError};
use keywright_testing::engine_test;
use uuid::Uuid;

use crate::support::{NOW, StoreFixture, tenant};

fn operator(number: u128, tenant_id: TenantId, email: &str) -> Operator {
    Operator {
        id: OperatorId::new(Uuid::from_u128(number)),
        tenant_id,
        email: email.into(),
        role: Role::Support,
        password_hash: "$argon2id$".into(),
        created_at: NOW,
    }
}

async fn add(world: &StoreFixture, operator: Operator) -> Result<(), StoreError> {
    world
        .store
        .write(move |tx| async move { tx.insert_operator(&operator).await }.boxed())
        .await
}

async fn insert_session(world: &StoreFixture, token_hash: &str) {
    let session = CreateSession {
        token_hash: token_hash.into(),
        tenant_id: tenant("acme"),
        operator_id: OperatorId::new(Uuid::from_u128(1)),
        created_at: NOW,
        expires_at: NOW.plus_days(30),
        user_agent: "browser".into(),
        address: "127.0.0.1".into(),
    };
    world
        .store
        .write(move |tx| async move { tx.insert_session(&session).await }.boxed())
        .await
        .map_err(|error: StoreError| error.to_string())
        .unwrap();
}

/// A sign-in that was verified before a password change must not start a session after it, even
/// if another process made the change.
#[engine_test]
async fn changed_password_cannot_be_locked(world: StoreFixture) {
    let known = operator(1, tenant("acme"), "ada@acme.test");
    let (id, hash) = (known.id, known.password_hash.clone());
    add(&world, known).await.unwrap();
    let hold = async |hash: &str| {
        let hash = hash.to_owned();
        let write = world
            .store
            .write(move |tx| async move { tx.lock_password_hash(id, &hash).await }.boxed());
        write.await.map_err(|error: StoreError| error).unwrap()
    };
    assert!(hold(&hash).await);
    for (whose, is_there) in [("indie", false), ("acme", true)] {
        let write = world.store.write(move |tx| {
            async move { tx.update_password_hash(&tenant(whose), id, "another").await }.boxed()
        });
        let changed = write.await.map_err(|error: StoreError| error).unwrap();
        assert_eq!(changed, is_there, "{whose}");
        assert_eq!(hold(&hash).await, !is_there, "{whose}");
    }
    assert!(hold("another").await);
}

#[engine_test]
async fn email_is_unique_on_the_server_ignoring_case(world: StoreFixture) {
    add(&world, operator(1, tenant("acme"), "Zoë@Acme.test"))
        .await
        .unwrap();
    let twin = add(&world, operator(2, tenant("indie"), "ZOË@acme.TEST")).await;
    assert!(matches!(twin, Err(StoreError::Conflict)));
    let found = world
        .store
        .operator_by_email("zOË@ACME.test")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.email.as_str(), found.role),
        ("Zoë@Acme.test", Role::Support)
    );
    assert!(
        world
            .store
            .operator_by_email("nobody@acme.test")
            .await
            .unwrap()
            .is_none()
    );
}

#[engine_test]
async fn session_ends_at_expiry_after_inactivity_and_on_sign_out(world: StoreFixture) {
    add(&world, operator(1, tenant("acme"), "a@acme.test"))
        .await
        .unwrap();
    insert_session(&world, "one").await;
    let find = |now, since| {
        let store = world.store.clone();
        async move { store.find_session("one", now, since).await.unwrap() }
    };
    let before = NOW.plus_millis(-1);
    assert_eq!(
        find(NOW, before).await.unwrap().account.email,
        "a@acme.test"
    );
    assert_eq!(
        find(NOW.plus_days(30), before).await,
        None,
        "past its absolute end"
    );
    assert_eq!(find(NOW, NOW).await, None, "idle");
    world
        .store
        .write(|tx| async move { tx.touch_session("one", NOW.plus_millis(1)).await }.boxed())
        .await
        .map_err(|error: StoreError| error.to_string())
        .unwrap();
    assert!(find(NOW, NOW).await.is_some());
    world
        .store
        .write(|tx| async move { tx.delete_session("one").await }.boxed())
        .await
        .map_err(|error: StoreError| error.to_string())
        .unwrap();
    assert_eq!(find(NOW, before).await, None);
}
