//! Failures print one error message and change nothing.

use std::{fs, net::TcpListener, path::Path};

use crate::support::instance::{Installation, MASTER_KEY, path_str};
use insta::assert_snapshot;
use keywright_testing::{Engine, TestDatabase};

/// Lists the files in a directory. A missing directory counts as empty.
fn file_names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn missing_site_is_reported_before_any_file_is_created() {
    let installation = Installation::empty();
    assert_snapshot!(installation.run_err("serve --listen 127.0.0.1:0 --site-dir nowhere"), @"no built site in nowhere: run `cargo xtask site`, or start the server from the repository root: No such file or directory (os error 2)");
    assert_eq!(file_names(&installation.data_dir()), Vec::<String>::new());
}

#[test]
fn port_in_use_is_reported_before_any_file_is_created() {
    let installation = Installation::empty();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let site = installation.site_dir();
    let message = installation.run_err(&format!(
        "serve --listen {address} --site-dir {}",
        path_str(&site)
    ));
    assert!(
        message.contains(&format!("{address} is in use")) && message.contains("--listen"),
        "{message}"
    );
    assert_eq!(file_names(&installation.data_dir()), Vec::<String>::new());
}

#[test]
fn unwritable_data_directory_is_reported() {
    let installation = Installation::empty();
    // A file in place of the directory blocks even root.
    fs::write(installation.data_dir(), "a file").unwrap();
    let message = installation.run_err("demo");
    assert!(
        message.contains("can't be written") && message.contains("--data-dir"),
        "{message}"
    );
}

#[test]
fn corrupt_database_is_left_unchanged() {
    let installation = Installation::empty();
    fs::create_dir(installation.data_dir()).unwrap();
    let file = installation.data_dir().join("keywright.db");
    let contents = "Dear Sir or Madam, ".repeat(1000);
    fs::write(&file, &contents).unwrap();
    assert_snapshot!(installation.run_err("demo"), @"the database file is damaged or not a SQLite database: error returned from database: (code: 26) file is not a database. Restore a backup, or use another file");
    assert_eq!(fs::read_to_string(&file).unwrap(), contents);
    assert!(!installation.data_dir().join("master.key").exists());
}

#[test]
fn unreachable_database_is_reported_without_its_password() {
    let mut installation = Installation::empty();
    installation.master_key = Some(MASTER_KEY.into());
    installation.database_url = Some("postgres://somebody:hunter2@127.0.0.1:1/none".into());
    let message = installation.run_err("demo");
    assert!(
        message.contains("can't reach the database") && !message.contains("hunter2"),
        "{message}"
    );
    installation.database_url = Some("mysql://h/d".into());
    assert!(
        installation
            .run_err("demo")
            .contains("must begin with sqlite: or postgres:")
    );
    installation.database_url = Some("sqlite::memory:".into());
    assert_snapshot!(installation.run_err("demo"), @"the database URL must name a file: in-memory databases are not supported");
}

#[test]
fn wrong_malformed_or_missing_master_key_is_rejected() {
    let mut installation = Installation::with_demo();
    let kept = fs::read(installation.data_dir().join("keywright.db")).unwrap();
    installation.master_key = Some(MASTER_KEY.into());
    assert_snapshot!(installation.run_err("demo"), @"The master key does not match this database. Set KEYWRIGHT_MASTER_KEY or KEYWRIGHT_MASTER_KEY_FILE to the original key; without it the signing keys can't be read");
    installation.master_key = Some("too short".into());
    assert_snapshot!(installation.run_err("demo"), @"KEYWRIGHT_MASTER_KEY is not a valid master key: The master key must be 32 bytes in base64 (44 characters). `openssl rand -base64 32` generates one");
    installation.master_key = None;
    let file = installation.data_dir().join("master.key");
    let key = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert_snapshot!(
        installation.run_err("demo").replace(path_str(&file), "[file]"),
        @"the master key is missing, and the signing keys in this database are encrypted with it: set KEYWRIGHT_MASTER_KEY or KEYWRIGHT_MASTER_KEY_FILE, or restore [file]"
    );
    assert!(!file.exists(), "no second key is generated");
    assert_eq!(
        fs::read(installation.data_dir().join("keywright.db")).unwrap(),
        kept,
        "the database is unchanged"
    );
    fs::write(&file, key).unwrap();
    installation.run_ok("demo");
}

#[tokio::test]
async fn postgres_requires_an_explicit_master_key() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let mut installation = Installation::empty();
    installation.database_url = Some(database.url().into());
    assert_snapshot!(installation.run_err("demo"), @"PostgreSQL needs a master key that all servers share: set KEYWRIGHT_MASTER_KEY or KEYWRIGHT_MASTER_KEY_FILE (`openssl rand -base64 32` generates one)");
    installation.master_key = Some(MASTER_KEY.into());
    installation.run_ok("demo");
    assert_eq!(
        file_names(&installation.data_dir()),
        Vec::<String>::new(),
        "no data directory is needed"
    );
}

#[test]
fn second_server_on_one_data_directory_is_rejected() {
    let installation = Installation::empty();
    let mut first = installation.serve();
    let site = installation.site_dir();
    let second = format!("serve --listen 127.0.0.1:0 --site-dir {}", path_str(&site));
    let message = installation.run_err(&second);
    assert!(
        message.contains("another `keywright serve` is running"),
        "{message}"
    );
    first.stop();
    installation.serve().stop();
}

#[test]
fn unknown_names_and_invalid_arguments_are_reported() {
    let installation = Installation::with_demo();
    for (arguments, message) in [
        (
            "mint --tenant nobody --product notes",
            "Tenant nobody does not exist: create it with `keywright tenant create --tenant nobody`",
        ),
        (
            "mint --tenant acme --product nothing",
            "Product nothing does not exist: acme has notes, studio",
        ),
        (
            "mint --tenant acme --product notes",
            "Specify a key type for product notes: it has pro, solo, team, yearly",
        ),
        (
            "mint --tenant acme --product notes --key-type gold",
            "Product notes has no key type gold: it has pro, solo, team, yearly",
        ),
        (
            "mint --tenant acme --product studio --customer-email nobody",
            "Enter a full email address, such as ada@example.com",
        ),
        (
            "tenant set-plan --tenant nobody --plan pro",
            "Tenant nobody does not exist: create it with `keywright tenant create --tenant nobody`",
        ),
        (
            "tenant create --tenant acme",
            "A tenant with this slug already exists",
        ),
        (
            "operator create --tenant nobody --email a@b.test --role owner",
            "Tenant nobody does not exist: create it with `keywright tenant create --tenant nobody`",
        ),
        (
            "operator create --tenant acme --email a@b.test --role owner",
            "Enter a password of 10 to 200 characters",
        ),
    ] {
        assert_eq!(installation.run_err(arguments), message, "{arguments:?}");
    }
    for arguments in [
        "tenant create --tenant licenses",
        "tenant set-plan --tenant acme --plan gold",
        "mint --tenant acme --product studio --count 0",
        "operator create --tenant acme --email a@b.test --role king",
        "serve --public-url licenses.example",
        "dance",
    ] {
        installation.run_err(arguments);
    }
}

#[test]
fn demo_rejects_a_database_with_other_tenants() {
    let installation = Installation::empty();
    installation.run_ok("tenant create --tenant mine");
    assert_snapshot!(installation.run_err("demo"), @"The database contains tenant mine, which is not part of the demo. Demo data needs its own database: use an empty --data-dir or a different database URL");
}

#[test]
fn missing_data_directory_is_reported_and_not_created() {
    let installation = Installation::empty();
    for arguments in [
        "mint --tenant acme --product notes",
        "tenant set-plan --tenant acme --plan pro",
        "operator create --tenant acme --email a@b.test --role owner",
        "product create --tenant acme --product a --key-prefix AAAA",
    ] {
        let message = installation.run_err(arguments);
        assert!(
            message.contains("no database at") && message.contains("--data-dir"),
            "{message}"
        );
    }
    assert!(!installation.data_dir().exists());
}

#[test]
fn error_cause_is_printed_once() {
    let mut installation = Installation::empty();
    installation.master_key = Some(MASTER_KEY.into());
    installation.database_url = Some("postgres://somebody@127.0.0.1:1/none".into());
    let message = installation.run_err("demo");
    assert_eq!(
        message.matches("Connection refused").count(),
        1,
        "{message}"
    );
}
