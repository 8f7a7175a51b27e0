//! The setup code of a new server, which only the person who runs the server can see.

use std::fs;

use crate::support::{
    instance::{Installation, MASTER_KEY, RunningServer},
    raw_http::{get, send},
};
use insta::assert_snapshot;
use keywright_testing::{Engine, TestDatabase};

/// Returns the setup message of a new server, which ends with an empty line.
fn read_setup_message(server: &mut RunningServer) -> String {
    server.read_log_until("\n\n")
}

/// Returns the setup message and the code in it.
fn read_setup_code(server: &mut RunningServer) -> (String, String) {
    let said = read_setup_message(server);
    let (_, rest) = said
        .split_once("Setup code: ")
        .unwrap_or_else(|| panic!("{said}"));
    let code = rest.split_whitespace().next().unwrap().to_owned();
    assert_eq!((code.len(), code.matches('-').count()), (24, 4), "{said}");
    (said, code)
}

fn submit_setup(server: &RunningServer, code: &str) -> String {
    let form = format!(
        "code={code}&tenant_name=Mine&slug=mine&email=me%40mine.test&password=correct+horse"
    );
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    send(&server.address, "POST", "/setup", &headers, &form)
}

fn is_setup_gone(server: &RunningServer) -> bool {
    get(&server.address, "/setup").starts_with("HTTP/1.1 404")
}

/// Runs `keywright setup-code` and returns the code it prints.
fn regenerate_code(installation: &Installation) -> String {
    let printed = installation.run_ok("setup-code");
    assert!(printed.contains("/setup"), "{printed}");
    printed.lines().next().unwrap().to_owned()
}

#[test]
fn new_server_prints_a_code_and_keeps_it_in_a_file_until_used() {
    let mut installation = Installation::empty();
    installation.log_filter = Some("keywright=debug");
    let file = installation.data_dir().join("setup-code");
    let mut server = installation.serve();
    let (said, code) = read_setup_code(&mut server);
    let address = format!("http://{}/setup", server.address);
    assert!(
        said.contains(&address) && said.contains("setup-code"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(&file).unwrap().trim_end(), code);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(get(&server.address, "/setup").starts_with("HTTP/1.1 200"));
    assert!(submit_setup(&server, "AAAA").starts_with("HTTP/1.1 403"));
    let done = submit_setup(&server, &code);
    assert!(
        done.starts_with("HTTP/1.1 303") && done.contains("keywright_session="),
        "{done}"
    );
    assert!(is_setup_gone(&server) && !file.exists());
    let log = said + &server.stop();
    for secret in [code.as_str(), &code.replace('-', ""), "correct", "AAAA"] {
        let logged = log
            .lines()
            .find(|line| line.starts_with('{') && line.contains(secret));
        assert_eq!(logged, None);
    }
    assert_eq!(log.matches(&code).count(), 1);

    let mut server = installation.serve();
    assert!(is_setup_gone(&server));
    let log = server.stop();
    assert!(
        !log.contains("etup code") && !log.contains("/setup\n"),
        "{log}"
    );
    assert_snapshot!(installation.run_err("setup-code"), @"Keywright is already set up; no setup code is needed");
    assert!(!file.exists());
}

#[test]
fn restart_prints_the_same_code_or_how_to_get_another() {
    let installation = Installation::empty();
    let file = installation.data_dir().join("setup-code");
    let mut server = installation.serve();
    let (_, first) = read_setup_code(&mut server);
    server.stop();
    let mut server = installation.serve();
    assert_eq!(read_setup_code(&mut server).1, first);
    server.stop();
    for leftover in [None, Some("AAAA-AAAA-AAAA-AAAA-AAAA")] {
        fs::remove_file(&file).unwrap();
        if let Some(text) = leftover {
            fs::write(&file, text).unwrap();
        }
        let mut server = installation.serve();
        let said = read_setup_message(&mut server);
        assert!(
            said.contains("create a new one with `keywright setup-code`")
                && !said.contains("Setup code: "),
            "{said}"
        );
        // While the server is running.
        let second = regenerate_code(&installation);
        assert_eq!(fs::read_to_string(&file).unwrap().trim_end(), second);
        assert!(submit_setup(&server, &first).contains("4 attempts left"));
        server.stop();
        let mut server = installation.serve();
        assert_eq!(read_setup_code(&mut server).1, second);
        server.stop();
    }
    let mut server = installation.serve();
    let (_, code) = read_setup_code(&mut server);
    for _ in 0..5 {
        submit_setup(&server, "AAAA");
    }
    assert!(submit_setup(&server, &code).contains("void"));
    server.stop();
    let mut server = installation.serve();
    let (_, another) = read_setup_code(&mut server);
    assert_ne!(another, code, "a void code is replaced");
    assert!(submit_setup(&server, &another).starts_with("HTTP/1.1 303"));
}

#[test]
fn creating_a_tenant_on_the_command_line_ends_setup() {
    let installation = Installation::empty();
    let mut server = installation.serve_with("--public-url https://licenses.example/");
    let (said, code) = read_setup_code(&mut server);
    assert!(said.contains("https://licenses.example/setup"), "{said}");
    installation.run_ok("tenant create --tenant other");
    assert!(is_setup_gone(&server));
    assert!(submit_setup(&server, &code).starts_with("HTTP/1.1 404"));
    server.stop();
    installation.serve().stop();
    assert!(!installation.data_dir().join("setup-code").exists());
}

#[test]
fn setup_code_requires_a_database() {
    let installation = Installation::empty();
    let message = installation.run_err("setup-code");
    assert!(message.contains("no database at"), "{message}");
    assert!(!installation.data_dir().exists());
}

/// Each server has its own data directory.
#[tokio::test]
async fn servers_on_one_postgres_share_one_code() {
    let database = TestDatabase::create(Engine::Postgres).await;
    let installations = [Installation::empty(), Installation::empty()].map(|mut installation| {
        installation.database_url = Some(database.url().into());
        installation.master_key = Some(MASTER_KEY.into());
        installation
    });
    let [one, other] = &installations;
    let (mut first, mut second) = (one.serve(), other.serve());
    let (_, code) = read_setup_code(&mut first);
    let said = read_setup_message(&mut second);
    assert!(
        said.contains("create a new one with") && !said.contains("Setup code: "),
        "{said}"
    );
    assert!(submit_setup(&second, "AAAA").contains("4 attempts left"));
    assert!(submit_setup(&first, "AAAA").contains("3 attempts left"));
    let replaced = regenerate_code(other);
    assert!(submit_setup(&first, &code).contains("4 attempts left"));
    assert!(submit_setup(&second, &replaced).starts_with("HTTP/1.1 303"));
    assert!(is_setup_gone(&first) && is_setup_gone(&second));
    assert!(!other.data_dir().join("setup-code").exists());
    assert_snapshot!(one.run_err("setup-code"), @"Keywright is already set up; no setup code is needed");
    first.stop();
    second.stop();
}
