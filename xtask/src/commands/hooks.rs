//! `cargo xtask hooks`: enables the git hook that checks commit subjects.

use anyhow::Result;

use crate::process;

/// Points this clone at the hooks in `.githooks`.
pub(crate) fn run() -> Result<()> {
    let mut git = process::command("git");
    process::run(git.args(["config", "core.hooksPath", ".githooks"]))
}
