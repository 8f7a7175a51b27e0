//! Opening a database, and the errors when that fails.

use keywright_store::{OpenError, Store};
use keywright_testing::{Engine, TestDatabase, engine_test};

use crate::support::StoreFixture;

#[engine_test]
async fn reopened_database_keeps_its_data(world: StoreFixture) {
    world.store.close().await;
    let again = world.database.open().await;
    assert_eq!(again.list_tenant_ids().await.unwrap().len(), 2);
}

async fn open_error(url: &str) -> OpenError {
    match Store::open(url).await {
        Ok(_) => panic!("{url} was opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn missing_file_is_created_only_in_rwc_mode() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("none.db").display());
    assert!(matches!(open_error(&url).await, OpenError::Unreachable(_)));
    assert!(Store::open(&format!("{url}?mode=rwc")).await.is_ok());
}

#[tokio::test]
async fn file_that_is_not_a_database_is_rejected_and_left_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.db");
    std::fs::write(&path, "Dear Sir or Madam, ".repeat(100)).unwrap();
    let error = open_error(&format!("sqlite:{}", path.display())).await;
    assert!(matches!(error, OpenError::InvalidFile(_)), "{error}");
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .starts_with("Dear Sir")
    );
}

#[tokio::test]
async fn unsupported_engines_are_rejected() {
    assert!(matches!(
        open_error("mysql://h/d").await,
        OpenError::UnknownEngine
    ));
}

#[tokio::test]
async fn unreachable_server_error_does_not_reveal_the_password() {
    let error = open_error("postgres://somebody:hunter2@127.0.0.1:1/none").await;
    assert!(matches!(error, OpenError::Unreachable(_)), "{error}");
    assert!(!error.to_string().contains("hunter2"));
}

#[tokio::test]
async fn new_sqlite_database_uses_a_write_ahead_log() {
    let database = TestDatabase::create(Engine::Sqlite).await;
    let store = database.open().await;
    store.ping().await.unwrap();
    let log = database.path().unwrap().with_extension("db-wal");
    assert!(log.exists(), "no write-ahead log");
}
