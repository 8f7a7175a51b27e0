//! `cargo xtask deny`: checks dependencies for banned crates, licenses and sources, and for known
//! vulnerabilities if the advisory database is reachable.

use anyhow::Result;

use crate::{process, steps::Steps, tools::cargo_tools};

/// Installs cargo-deny if it is missing and runs its checks.
pub(crate) fn run(steps: &mut Steps) -> Result<()> {
    let tool = cargo_tools::deny();
    let folder = cargo_tools::install(&tool, steps)?;
    let check = |what: &[&str]| {
        let mut deny = process::cargo();
        process::prepend_path(&mut deny, &Vec::from_iter(folder.clone()))?;
        process::run(deny.args(["deny", "check"]).args(what))
    };
    check(&["bans", "licenses", "sources"])?;
    if is_advisory_database_reachable() {
        return check(&["advisories"]);
    }
    // Not every machine can reach the advisory database. A silent skip would look like success.
    println!(
        "\nNOT CHECKED: known vulnerabilities, because https://github.com/RustSec/advisory-db can't be reached."
    );
    Ok(())
}

fn is_advisory_database_reachable() -> bool {
    let mut ask = process::command("git");
    ask.args([
        "ls-remote",
        "--quiet",
        "https://github.com/RustSec/advisory-db",
        "HEAD",
    ]);
    ask.env("GIT_TERMINAL_PROMPT", "0");
    process::output(&mut ask).is_ok()
}
