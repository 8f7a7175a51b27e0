//! Secrets typed at a terminal, which must not be echoed.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Command},
};

use crate::support::instance::{Installation, utf8};

/// Runs the program in a new terminal. The first line of output is the name of the terminal, and
/// the last lines are its settings after the program has exited.
const TERMINAL_SCRIPT: &str =
    r#"exec script --quiet --echo always --command "tty; $*; stty -a" /dev/null"#;

/// Starts a command in a terminal, types a line once echo is off, and returns everything the
/// terminal showed.
fn type_without_echo(installation: &mut Installation, command: &str, line: &str) -> String {
    installation.shell = Some(TERMINAL_SCRIPT);
    let mut child = installation.spawn(command);
    installation.shell = None;
    let mut shown = BufReader::new(child.stdout.take().unwrap());
    let mut terminal = String::new();
    shown.read_line(&mut terminal).unwrap();
    wait_until_echo_is_off(&mut child, terminal.trim());
    let mut keyboard = child.stdin.take().unwrap();
    writeln!(keyboard, "{line}").unwrap();
    let mut rest = String::new();
    shown.read_to_string(&mut rest).unwrap();
    assert!(child.wait().unwrap().success(), "{rest}");
    rest
}

/// The number of attempts is bounded so that a failing test does not hang.
fn wait_until_echo_is_off(child: &mut Child, terminal: &str) {
    for _ in 0..10_000 {
        let settings = Command::new("stty").args(["-F", terminal, "-a"]).output();
        if utf8(&settings.unwrap().stdout).contains(" -echo ") {
            return;
        }
    }
    child.kill().unwrap();
    panic!("terminal {terminal} still echoes input");
}

#[test]
fn secret_typed_at_a_terminal_is_not_echoed() {
    let mut installation = Installation::with_demo();
    let (password, sdk_key) = (
        "correct horse battery",
        format!("sdk_live_{:064x}", 0x_5ec_2e7),
    );
    for (arguments, prompt, secret, done) in [
        (
            "operator set-password --tenant acme --email owner@acme.test",
            "Password: ",
            password,
            "Changed the password for owner@acme.test",
        ),
        (
            "sdk-key import --tenant acme",
            "SDK key: ",
            &sdk_key,
            "acme now accepts this SDK key",
        ),
    ] {
        let shown = type_without_echo(&mut installation, arguments, secret);
        assert!(shown.contains(prompt) && shown.contains(done), "{shown}");
        assert!(!shown.contains(secret), "{shown}");
        assert!(shown.contains(" echo "), "echo is restored: {shown}");
    }
}
