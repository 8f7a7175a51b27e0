//! `cargo xtask deny`: what the product is made of: banned crates, licences, sources, and known weaknesses where their list can be
//! had.

use anyhow::Result;

use crate::{process, steps::Steps, tools::cargo_tools};

/// Installs cargo-deny where it is missing, and asks it.
pub(crate) fn run(steps: &mut Steps) -> Result<()> {
    let tool = cargo_tools::deny();
    let folder = cargo_tools::install(&tool, steps)?;
    let check = |what: &[&str]| {
        let mut deny = process::cargo();
        process::prepend_path(&mut deny, &Vec::from_iter(folder.clone()))?;
        process::run(deny.args(["deny", "check"]).args(what))
    };
    check(&["bans", "licenses", "sources"])?;
    if has_list_of_weaknesses() {
        return check(&["advisories"]);
    }
    // It is asked of a server that not every machine reaches; to say nothing would look like a good answer.
    println!(
        "\nNOT CHECKED: known weaknesses, for https://github.com/RustSec/advisory-db can't be reached from here."
    );
    Ok(())
}

fn has_list_of_weaknesses() -> bool {
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
