//! Commands that succeed, and what they print.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use insta::assert_snapshot;
use keywright_testing::{Engine, TestDatabase};
use serde_json::Value;

use crate::support::{
    instance::{Installation, MASTER_KEY, utf8},
    raw_http::{send, sign_in, sign_in_session},
};

#[test]
fn demo_prints_one_line_of_json_and_is_idempotent() {
    let installation = Installation::empty();
    let first = installation.run_ok("demo --json");
    assert_eq!(first.lines().count(), 1);
    let report: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(report["tenants"], serde_json::json!(["acme", "indie"]));
    assert_eq!(report["operators"].as_array().unwrap().len(), 5);
    for field in ["tenant", "email", "password", "role"] {
        assert!(report["operators"][0][field].is_string(), "{field}");
    }
    for field in ["license_key", "id", "display_key", "status"] {
        assert!(report["keys"][0][field].is_string(), "{field}");
    }
    assert!(report["sdk_key"].as_str().unwrap().starts_with("sdk_live_"));
    assert_eq!(installation.run_ok("demo --json"), first);
}

#[test]
fn minted_keys_are_printed_one_per_line() {
    let installation = Installation::with_demo();
    let mint = "mint --tenant acme --product notes --key-type pro --count 3";
    let keys = installation.run_ok(mint);
    assert_eq!(
        keys.lines()
            .filter(|key| key.starts_with("ACME-") && key.len() == 24)
            .count(),
        3
    );
    let json = installation.run_ok(&format!("{mint} --json"));
    for line in json.lines() {
        let minted: Value = serde_json::from_str(line).unwrap();
        let key = minted["license_key"].as_str().unwrap();
        let last = key.rsplit('-').next().unwrap();
        assert_eq!(minted["display_key"], format!("ACME-XXXX-···-{last}"));
        assert_eq!(minted["id"].as_str().unwrap().len(), 64);
    }
    let studio = installation.run_ok("license mint --tenant acme --product studio");
    assert!(studio.starts_with("STDO-"), "{studio}");
}

#[test]
fn command_line_can_set_up_a_tenant_and_mint_its_first_license() {
    let installation = Installation::empty();
    installation.run_ok("tenant create --tenant mine --name 'My company'");
    let add = "operator create --tenant mine --email me@mine.test --role owner";
    let added = installation.run_with_input(add, "correct horse\n");
    assert!(added.status.success(), "{}", utf8(&added.stderr));
    installation.run_ok("tenant set-plan --tenant mine --plan free");
    let product = "product create --tenant mine --product app --key-prefix MINE";
    installation.run_ok(product);
    let mint = "mint --tenant mine --product app";
    assert_snapshot!(installation.run_err(mint), @"Specify a key type for product app: it has none; create one with `keywright key-type create`");
    installation.run_ok(
        "key-type create --tenant mine --product app --key-type pro --limit 3 --days 365 \
         --entitlement pro --entitlement sync --fallback",
    );
    assert!(installation.run_ok(mint).starts_with("MINE-"));
    let second = "product create --tenant mine --product other --key-prefix OTHR";
    assert_snapshot!(installation.run_err(second), @"This requires the starter plan: change it with `keywright tenant set-plan --tenant mine --plan starter`");
}

#[test]
fn parallel_commands_can_initialize_one_data_directory() {
    let installation = Installation::empty();
    std::thread::scope(|scope| {
        let tools: Vec<_> = (0..6)
            .map(|number| {
                let installation = &installation;
                scope.spawn(move || {
                    installation.run(&format!("tenant create --tenant tenant-{number}"))
                })
            })
            .collect();
        for tool in tools {
            let output = tool.join().unwrap();
            assert!(output.status.success(), "{}", utf8(&output.stderr));
        }
    });
}

#[test]
fn percent_encoded_database_path_is_decoded() {
    let mut installation = Installation::empty();
    let dir = installation.site_dir().join("dé e");
    installation.database_url = Some(format!(
        "sqlite:{}/d%C3%A9%20e/a.db",
        installation.site_dir().display()
    ));
    installation.run_ok("demo");
    assert!(dir.join("a.db").exists());
    assert!(
        installation.data_dir().join("master.key").exists(),
        "the key stays in the data directory"
    );
    installation.run_ok("license mint --tenant acme --product studio");
}

#[tokio::test]
async fn postgres_can_be_shared_by_two_servers() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let mut installation = Installation::empty();
    installation.master_key = Some(MASTER_KEY.into());
    installation.database_url = Some(database.url().into());
    installation.run_ok("demo");
    assert!(
        installation
            .run_ok("license mint --tenant acme --product studio")
            .starts_with("STDO-")
    );
    let (mut one, mut other) = (installation.serve(), installation.serve());
    one.stop();
    other.stop();
}

#[test]
fn master_key_and_data_directory_are_private_to_their_owner() {
    use std::os::unix::fs::PermissionsExt;
    let installation = Installation::with_demo();
    let mode =
        |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(installation.data_dir().join("master.key")), 0o600);
    assert_eq!(mode(installation.data_dir()), 0o700);
}

#[test]
fn changing_a_password_ends_all_sessions() {
    let installation = Installation::with_demo();
    let server = installation.serve();
    let sign_in = |password: &str| sign_in(&server.address, "owner@acme.test", password);
    let cookie = sign_in_session(&server.address, "owner@acme.test");
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = format!("GET /events?list HTTP/1.0\r\nHost: x\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut opened = [0; 15];
    stream.read_exact(&mut opened).unwrap();
    assert_eq!(&opened, b"HTTP/1.0 200 OK");

    let order = "operator set-password --tenant acme --email owner@acme.test";
    let short = utf8(&installation.run_with_input(order, "short\n").stderr);
    assert_snapshot!(short, @"keywright: Enter a password of 10 to 200 characters");
    let unknown = order.replace("owner@", "nobody@");
    let unknown = utf8(
        &installation
            .run_with_input(&unknown, "another-password\n")
            .stderr,
    );
    assert_snapshot!(unknown, @"keywright: acme has no account nobody@acme.test");
    let done = installation.run_with_input(order, "another-password\n");
    assert_snapshot!(utf8(&done.stdout), @"Changed the password for owner@acme.test and ended all of its sessions.");

    // The open event stream ends. The timeout only keeps a failing test from hanging.
    let timeout = Some(Duration::from_secs(10));
    stream.set_read_timeout(timeout).unwrap();
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    let page = send(
        &server.address,
        "GET",
        "/licenses",
        &[("Cookie", &cookie)],
        "",
    );
    assert!(page.contains("location: /login"), "{page}");
    assert!(sign_in("keywright-demo").starts_with("HTTP/1.1 401"));
    assert!(sign_in("another-password").starts_with("HTTP/1.1 303"));
}
