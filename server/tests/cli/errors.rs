//! What goes wrong says so in one sentence, and changes nothing.

use std::{fs, net::TcpListener, path::Path};

use crate::support::instance::{Installation, MASTER_KEY, path};
use insta::assert_snapshot;
use keywright_testing::{Engine, TestDatabase};

/// What the folder holds: a failed start leaves nothing.
fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn a_missing_site_is_found_before_anything_is_made() {
    let installation = Installation::empty();
    assert_snapshot!(installation.fail("serve --listen 127.0.0.1:0 --site-dir nowhere"), @"There is no built site in nowhere: run `cargo xtask site` first, or start the server from the project's folder: No such file or directory (os error 2)");
    assert_eq!(names(&installation.data()), Vec::<String>::new());
}

#[test]
fn a_port_in_use_is_found_before_anything_is_made() {
    let installation = Installation::empty();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let site = installation.site();
    let sentence = installation.fail(&format!(
        "serve --listen {address} --site-dir {}",
        path(&site)
    ));
    assert!(
        sentence.contains(&format!("{address} is in use")) && sentence.contains("--listen"),
        "{sentence}"
    );
    assert_eq!(names(&installation.data()), Vec::<String>::new());
}

#[test]
fn a_data_folder_that_can_not_be_written_is_named() {
    let installation = Installation::empty();
    // A file stands where the folder should: that stops even root.
    fs::write(installation.data(), "a file").unwrap();
    let sentence = installation.fail("demo");
    assert!(
        sentence.contains("can't be written") && sentence.contains("--data-dir"),
        "{sentence}"
    );
}

#[test]
fn a_broken_database_is_left_as_it_is() {
    let installation = Installation::empty();
    fs::create_dir(installation.data()).unwrap();
    let file = installation.data().join("keywright.db");
    let letter = "Dear Sir or Madam, ".repeat(1000);
    fs::write(&file, &letter).unwrap();
    assert_snapshot!(installation.fail("demo"), @"The database file is damaged or no SQLite database: error returned from database: (code: 26) file is not a database. Restore a backup, or name another file");
    assert_eq!(fs::read_to_string(&file).unwrap(), letter);
    assert!(!installation.data().join("master.key").exists());
}

#[test]
fn a_database_that_is_not_there_is_unreachable_and_its_password_stays_secret() {
    let mut installation = Installation::empty();
    installation.master_key = Some(MASTER_KEY.into());
    installation.database_url = Some("postgres://somebody:hunter2@127.0.0.1:1/none".into());
    let sentence = installation.fail("demo");
    assert!(
        sentence.contains("can't be reached") && !sentence.contains("hunter2"),
        "{sentence}"
    );
    installation.database_url = Some("mysql://h/d".into());
    assert!(
        installation
            .fail("demo")
            .contains("must begin with sqlite: or postgres:")
    );
    installation.database_url = Some("sqlite::memory:".into());
    assert_snapshot!(installation.fail("demo"), @"The database URL names no file: a database in memory would be lost at the end");
}

#[test]
fn a_wrong_malformed_or_missing_master_key_is_refused() {
    let mut installation = Installation::with_demo();
    let kept = fs::read(installation.data().join("keywright.db")).unwrap();
    installation.master_key = Some(MASTER_KEY.into());
    assert_snapshot!(installation.fail("demo"), @"This is not the master key that this database was set up with. Set KEYWRIGHT_MASTER_KEY or KEYWRIGHT_MASTER_KEY_FILE to that one; without it the signing keys can't be read");
    installation.master_key = Some("too short".into());
    assert_snapshot!(installation.fail("demo"), @"KEYWRIGHT_MASTER_KEY is no master key: The master key must be 32 bytes in base64 (44 characters). `openssl rand -base64 32` makes one");
    installation.master_key = None;
    let file = installation.data().join("master.key");
    let key = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert_snapshot!(
        installation.fail("demo").replace(path(&file), "[file]"),
        @"The master key is missing: this database holds signing keys encrypted with one. Set KEYWRIGHT_MASTER_KEY or KEYWRIGHT_MASTER_KEY_FILE to it, or put it back into [file]"
    );
    assert!(!file.exists(), "no second key is invented");
    assert_eq!(
        fs::read(installation.data().join("keywright.db")).unwrap(),
        kept,
        "nothing was changed"
    );
    fs::write(&file, key).unwrap();
    installation.succeed("demo");
}

#[tokio::test]
async fn postgres_never_gets_a_generated_key() {
    let database = TestDatabase::on(Engine::Postgres).await;
    let mut installation = Installation::empty();
    installation.database_url = Some(database.url().into());
    assert_snapshot!(installation.fail("demo"), @"PostgreSQL needs a master key that all servers share: set KEYWRIGHT_MASTER_KEY or KEYWRIGHT_MASTER_KEY_FILE (`openssl rand -base64 32` makes one)");
    installation.master_key = Some(MASTER_KEY.into());
    installation.succeed("demo");
    assert_eq!(
        names(&installation.data()),
        Vec::<String>::new(),
        "no data folder is needed"
    );
}

#[test]
fn a_second_server_on_one_folder_is_refused() {
    let installation = Installation::empty();
    let mut first = installation.serve();
    let site = installation.site();
    let second = format!("serve --listen 127.0.0.1:0 --site-dir {}", path(&site));
    let sentence = installation.fail(&second);
    assert!(
        sentence.contains("Another `keywright serve` is running"),
        "{sentence}"
    );
    first.stop();
    installation.serve().stop();
}

#[test]
fn unknown_tenants_products_and_key_types_are_named() {
    let installation = Installation::with_demo();
    for (arguments, sentence) in [
        (
            "mint --tenant nobody --product notes",
            "There is no tenant nobody: `keywright tenant add --tenant nobody` makes it",
        ),
        (
            "mint --tenant acme --product nothing",
            "There is no product nothing: acme has notes, studio",
        ),
        (
            "mint --tenant acme --product notes",
            "Say which key type of notes is meant: it has pro, solo, team, yearly",
        ),
        (
            "mint --tenant acme --product notes --key-type gold",
            "notes has no key type gold: it has pro, solo, team, yearly",
        ),
        (
            "mint --tenant acme --product studio --customer-email nobody",
            "Give a whole e-mail address, such as ada@example.com",
        ),
        (
            "tenant plan --tenant nobody --plan pro",
            "There is no tenant nobody: `keywright tenant add --tenant nobody` makes it",
        ),
        (
            "tenant add --tenant acme",
            "There is a tenant of this slug already",
        ),
        (
            "operator add --tenant nobody --email a@b.test --role owner",
            "There is no tenant nobody: `keywright tenant add --tenant nobody` makes it",
        ),
        (
            "operator add --tenant acme --email a@b.test --role owner",
            "A password has 10 to 200 characters",
        ),
    ] {
        assert_eq!(installation.fail(arguments), sentence, "{arguments:?}");
    }
    for arguments in [
        "tenant add --tenant licenses",
        "tenant plan --tenant acme --plan gold",
        "mint --tenant acme --product studio --count 0",
        "operator add --tenant acme --email a@b.test --role king",
        "serve --public-url licenses.example",
        "dance",
    ] {
        installation.fail(arguments);
    }
}

#[test]
fn the_demo_refuses_somebody_elses_database() {
    let installation = Installation::empty();
    installation.succeed("tenant add --tenant mine");
    assert_snapshot!(installation.fail("demo"), @"The database holds the tenant mine, which the demo did not make. Demo data goes into a database of its own: name an empty data folder or another database");
}

#[test]
fn a_mistyped_data_folder_is_said_and_not_made() {
    let installation = Installation::empty();
    for arguments in [
        "mint --tenant acme --product notes",
        "tenant plan --tenant acme --plan pro",
        "operator add --tenant acme --email a@b.test --role owner",
        "product add --tenant acme --product a --key-prefix AAAA",
    ] {
        let sentence = installation.fail(arguments);
        assert!(
            sentence.contains("There is no database at") && sentence.contains("--data-dir"),
            "{sentence}"
        );
    }
    assert!(!installation.data().exists());
}

#[test]
fn a_cause_is_told_once() {
    let mut installation = Installation::empty();
    installation.master_key = Some(MASTER_KEY.into());
    installation.database_url = Some("postgres://somebody@127.0.0.1:1/none".into());
    let sentence = installation.fail("demo");
    assert_eq!(
        sentence.matches("Connection refused").count(),
        1,
        "{sentence}"
    );
}
