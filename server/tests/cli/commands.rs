//! Commands that do what they say.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use insta::assert_snapshot;
use keywright_testing::{Engine, TestDatabase};
use serde_json::Value;

use crate::support::{
    instance::{Installation, MASTER_KEY, text},
    raw_http::{send, session_of, sign_in},
};

#[test]
fn the_demo_says_what_it_made_in_one_line_of_json_and_does_it_once() {
    let installation = Installation::empty();
    let first = installation.succeed("demo --json");
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
    assert_eq!(installation.succeed("demo --json"), first);
}

#[test]
fn minted_keys_are_printed_once_one_a_line() {
    let installation = Installation::with_demo();
    let mint = "mint --tenant acme --product notes --key-type pro --count 3";
    let keys = installation.succeed(mint);
    assert_eq!(
        keys.lines()
            .filter(|key| key.starts_with("ACME-") && key.len() == 24)
            .count(),
        3
    );
    let json = installation.succeed(&format!("{mint} --json"));
    for line in json.lines() {
        let minted: Value = serde_json::from_str(line).unwrap();
        let key = minted["license_key"].as_str().unwrap();
        let last = key.rsplit('-').next().unwrap();
        assert_eq!(minted["display_key"], format!("ACME-XXXX-···-{last}"));
        assert_eq!(minted["id"].as_str().unwrap().len(), 64);
    }
    let studio = installation.succeed("mint --tenant acme --product studio");
    assert!(studio.starts_with("STDO-"), "{studio}");
}

#[test]
fn a_tenant_of_ones_own_comes_to_its_first_license_from_the_command_line() {
    let installation = Installation::empty();
    installation.succeed("tenant add --tenant mine --name 'My company'");
    let add = "operator add --tenant mine --email me@mine.test --role owner";
    let added = installation.run_with_input(add, "correct horse\n");
    assert!(added.status.success(), "{}", text(&added.stderr));
    installation.succeed("tenant plan --tenant mine --plan free");
    let product = "product add --tenant mine --product app --key-prefix MINE";
    installation.succeed(product);
    let mint = "mint --tenant mine --product app";
    assert_snapshot!(installation.fail(mint), @"Say which key type of app is meant: it has none, `keywright key-type add` makes one");
    installation.succeed(
        "key-type add --tenant mine --product app --key-type pro --limit 3 --days 365 \
         --entitlement pro --entitlement sync --fallback",
    );
    assert!(installation.succeed(mint).starts_with("MINE-"));
    let second = "product add --tenant mine --product other --key-prefix OTHR";
    assert_snapshot!(installation.fail(second), @"This needs the plan starter: `keywright tenant plan --tenant mine --plan starter` changes it");
}

#[test]
fn many_may_start_at_once_on_an_empty_folder() {
    let installation = Installation::empty();
    std::thread::scope(|scope| {
        let tools: Vec<_> = (0..6)
            .map(|number| {
                let installation = &installation;
                scope.spawn(move || {
                    installation.run(&format!("tenant add --tenant tenant-{number}"))
                })
            })
            .collect();
        for tool in tools {
            let output = tool.join().unwrap();
            assert!(output.status.success(), "{}", text(&output.stderr));
        }
    });
}

#[test]
fn a_database_url_names_the_file_whatever_is_in_its_path() {
    let mut installation = Installation::empty();
    let folder = installation.site().join("dé e");
    installation.database_url = Some(format!(
        "sqlite:{}/d%C3%A9%20e/a.db",
        installation.site().display()
    ));
    installation.succeed("demo");
    assert!(folder.join("a.db").exists());
    assert!(
        installation.data().join("master.key").exists(),
        "the key stays in the data folder"
    );
    installation.succeed("mint --tenant acme --product studio");
}

#[tokio::test]
async fn postgres_works_alike() {
    let database = TestDatabase::on(Engine::Postgres).await;
    let mut installation = Installation::empty();
    installation.master_key = Some(MASTER_KEY.into());
    installation.database_url = Some(database.url().into());
    installation.succeed("demo");
    assert!(
        installation
            .succeed("mint --tenant acme --product studio")
            .starts_with("STDO-")
    );
    // Two servers may share it.
    let (mut one, mut other) = (installation.serve(), installation.serve());
    one.stop();
    other.stop();
}

#[test]
fn the_generated_master_key_and_the_data_are_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let installation = Installation::with_demo();
    let mode =
        |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(installation.data().join("master.key")), 0o600);
    assert_eq!(mode(installation.data()), 0o700);
}

#[test]
fn another_password_signs_everybody_out_and_in_with_it_again() {
    let installation = Installation::with_demo();
    let server = installation.serve();
    let sign_in = |password: &str| sign_in(&server.address, "owner@acme.test", password);
    let cookie = session_of(&server.address, "owner@acme.test");
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = format!("GET /events?list HTTP/1.0\r\nHost: x\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut opened = [0; 15];
    stream.read_exact(&mut opened).unwrap();
    assert_eq!(&opened, b"HTTP/1.0 200 OK");

    let order = "operator password --tenant acme --email owner@acme.test";
    let short = text(&installation.run_with_input(order, "short\n").stderr);
    assert_snapshot!(short, @"keywright: A password has 10 to 200 characters");
    let nobody = order.replace("owner@", "nobody@");
    let nobody = text(
        &installation
            .run_with_input(&nobody, "another-password\n")
            .stderr,
    );
    assert_snapshot!(nobody, @"keywright: acme has no account nobody@acme.test");
    let done = installation.run_with_input(order, "another-password\n");
    assert_snapshot!(text(&done.stdout), @"Changed the password of owner@acme.test, and ended its sessions.");

    // The page that was open is let go. The time is only so that a test which waits for what never comes ends.
    let patience = Some(Duration::from_secs(10));
    stream.set_read_timeout(patience).unwrap();
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
