//! `cargo xtask reference`: writes the documents generated from the command-line definition.

use anyhow::Result;

use crate::{process, steps::Steps};

/// Runs the tests that compare the documents with the definition, in the mode that writes them.
pub(crate) fn run(steps: &mut Steps) -> Result<()> {
    let mut cargo = process::cargo();
    cargo.args([
        "test",
        "--package",
        "keywright",
        "--test",
        "all",
        "cli::reference",
    ]);
    cargo.env("KEYWRIGHT_UPDATE_DOCS", "1");
    steps.run(
        "writing the reference",
        "a few minutes the first time",
        || process::run(&mut cargo),
    )
}
