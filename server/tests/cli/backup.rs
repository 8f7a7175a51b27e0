//! `backup` under load, `restore`, and the files that `restore` rejects.

use std::{
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use keywright_store::Store;
use keywright_testing::{Engine, TestDatabase};

use crate::support::{
    device::{activate, mint_keys, validate},
    instance::{Installation, path_str, utf8},
    raw_http::{get, send, sign_in_session},
};

#[test]
fn backup_under_load_contains_every_acknowledged_write() {
    let installation = Installation::with_demo();
    let keys = mint_keys(&installation, 4);
    let server = installation.serve();
    let (_, before) = activate(&server.address, &keys[0], 1);
    let before = before["instance_id"].as_str().unwrap();
    let file = installation.data_dir().with_file_name("backup.db");
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        for (number, key) in keys.iter().enumerate() {
            let (address, is_done) = (&server.address, &is_done);
            scope.spawn(move || {
                let mut machine = 10 + u32::try_from(number).unwrap() * 1_000;
                while !is_done.load(Ordering::Relaxed) {
                    machine += 1;
                    activate(address, key, machine);
                }
            });
        }
        let output = installation.run_ok(&format!("backup {}", path_str(&file)));
        is_done.store(true, Ordering::Relaxed);
        assert!(
            output.contains("2 tenants") && output.contains("master.key"),
            "{output}"
        );
    });
    let master_key = fs::read_to_string(installation.data_dir().join("master.key")).unwrap();
    let bytes = fs::read(&file).unwrap();
    let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    assert!(has(b"acme") && !has(master_key.trim().as_bytes()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    let other = Installation::empty();
    let message = other.run_err_with_output(&format!("restore {}", path_str(&file)));
    assert!(
        message.contains("the database was restored, but can't be opened yet"),
        "{message}"
    );
    assert!(message.contains("the master key is missing"), "{message}");
    fs::write(other.data_dir().join("master.key"), &master_key).unwrap();
    assert!(other.run_ok("doctor").ends_with("No problems found.\n"));
    let restored = other.serve();
    let (status, answer) = validate(&restored.address, &keys[0], before);
    assert_eq!(status, "200", "{answer}");
}

/// A restored backup must not reactivate sessions that have since ended.
#[test]
fn restore_replaces_the_database_and_ends_all_sessions() {
    let installation = Installation::with_demo();
    let server = installation.serve();
    let cookie = sign_in_session(&server.address, "viewer@acme.test");
    let file = installation.data_dir().with_file_name("backup.db");
    installation.run_ok(&format!("backup {}", path_str(&file)));
    let refused = installation.run_err(&format!("restore {} --replace", path_str(&file)));
    assert!(
        refused.contains("another `keywright serve` is running"),
        "{refused}"
    );
    drop(server);
    let new_key = mint_keys(&installation, 1).remove(0);
    let refused = installation.run_err(&format!("restore {}", path_str(&file)));
    assert!(refused.contains("--replace"), "{refused}");
    let output = installation.run_ok(&format!("restore {} --replace", path_str(&file)));
    let replaced = installation.data_dir().join("keywright.replaced-1.db");
    assert!(
        output.contains(path_str(&replaced)) && replaced.exists(),
        "{output}"
    );

    let server = installation.serve();
    let list = send(
        &server.address,
        "GET",
        "/licenses",
        &[("Cookie", &cookie)],
        "",
    );
    assert!(list.contains("location: /login"), "{list}");
    assert_eq!(
        activate(&server.address, &new_key, 1).0,
        "404",
        "minted after the backup"
    );
    let (status, answer) = activate(&server.address, "ACME-PRO0-0000-0001", 1);
    assert_eq!(status, "200", "{answer}");
    drop(server);
    // The replaced database was kept and can be restored in turn.
    installation.run_ok(&format!("restore {} --replace", path_str(&replaced)));
    let server = installation.serve();
    let (status, answer) = activate(&server.address, &new_key, 1);
    assert_eq!(status, "200", "{answer}");
    assert!(get(&server.address, "/ready").starts_with("HTTP/1.1 200"));
}

#[test]
fn invalid_backup_is_rejected_and_leaves_no_files() {
    let installation = Installation::with_demo();
    let folder = installation.data_dir();
    let file = folder.with_file_name("backup.db");
    installation.run_ok(&format!("backup {}", path_str(&file)));
    let again = installation.run_err(&format!("backup {}", path_str(&file)));
    assert!(again.contains("already exists"), "{again}");
    let nowhere = installation.run_err("backup /nowhere/backup.db");
    assert!(
        nowhere.contains("can't write /nowhere/backup.db"),
        "{nowhere}"
    );

    let whole = fs::read(&file).unwrap();
    let write_file = |name: &str, bytes: &[u8]| {
        let write_file = folder.with_file_name(name);
        fs::write(&write_file, bytes).unwrap();
        write_file
    };
    let mut torn = whole.clone();
    torn[8_192..16_384].fill(0x5a);
    let empty = Installation::empty();
    for (bad, message) in [
        (
            write_file("junk.db", &[7; 5_000]),
            "damaged or not a SQLite database",
        ),
        (write_file("torn.db", &torn), "damaged"),
        (write_file("half.db", &whole[..whole.len() / 2]), "damaged"),
        (
            write_file("nothing.db", b""),
            "damaged or not a SQLite database",
        ),
        (folder.with_file_name("absent.db"), "no such file"),
    ] {
        let refused = empty.run_err(&format!("restore {}", path_str(&bad)));
        assert!(refused.contains(message), "{}: {refused}", bad.display());
        let left = fs::read_dir(empty.data_dir()).map_or(0, |left| {
            left.filter(|entry| {
                entry
                    .as_ref()
                    .unwrap()
                    .path()
                    .extension()
                    .is_none_or(|end| end != "lock" && end != "setup-lock")
            })
            .count()
        });
        assert_eq!(left, 0, "{}", bad.display());
    }
    let missing = empty.run_err(&format!("backup {}", path_str(&file)));
    assert!(missing.contains("no database at"), "{missing}");
}

/// Extracts the file path from a SQLite database's URL.
fn sqlite_path(database: &TestDatabase) -> &str {
    let file = database.url().trim_start_matches("sqlite:");
    file.split('?').next().unwrap()
}

#[tokio::test]
async fn backup_from_a_newer_version_is_rejected() {
    let database = TestDatabase::create(Engine::Sqlite).await;
    let store: Store = database.open().await;
    store.close().await;
    let newer = "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
                 SELECT 999, 'newer', installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1";
    database.execute(newer).await;
    let refused = Installation::empty().run_err(&format!("restore {}", sqlite_path(&database)));
    assert!(
        refused.contains("newer version of Keywright (schema version 999)"),
        "{refused}"
    );
}

#[tokio::test]
async fn postgres_backup_and_restore_name_the_tool_to_use() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let installation = Installation::with_demo_on(&database);
    for (command, tool) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let refused = installation.run_err(&format!("{command} x.db"));
        assert!(
            refused.contains(tool) && refused.contains("docs/operations.md"),
            "{refused}"
        );
    }
    let checked = installation.run("doctor");
    assert!(utf8(&checked.stdout).ends_with("No problems found.\n") && checked.status.success());
    database
        .execute("UPDATE licenses SET active_count = active_count + 1 WHERE state = 'revoked'")
        .await;
    let checked = installation.run("doctor");
    assert_eq!(checked.status.code(), Some(1));
    assert!(utf8(&checked.stdout).contains("active count does not match its active devices"));
    assert!(utf8(&checked.stderr).contains("found: see above"));
}

/// The file is readable, but its rows violate its own CHECK constraints.
#[tokio::test]
async fn backup_that_violates_its_constraints_is_rejected() {
    let database = TestDatabase::create(Engine::Sqlite).await;
    Installation::with_demo_on(&database);
    database.open().await.close().await;
    database
        .execute("PRAGMA ignore_check_constraints = ON; UPDATE licenses SET active_count = -1 WHERE state = 'revoked'")
        .await;
    let refused = Installation::empty().run_err(&format!("restore {}", sqlite_path(&database)));
    assert!(
        refused.contains("damaged: CHECK constraint failed in licenses"),
        "{refused}"
    );
}
