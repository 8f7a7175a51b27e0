//! `cargo xtask screenshots`: takes the screenshots for the documentation.

use anyhow::Result;

use crate::{
    process,
    programs::{binary, playwright},
    site::Mode,
    steps::Steps,
    tools::browser,
};

/// Builds the site and server, and writes the screenshots to `docs/screenshots`.
pub(crate) fn run(steps: &mut Steps) -> Result<()> {
    let browser = browser::install(steps)?;
    let server = binary::build(Mode::Release, steps)?;
    let mut playwright = playwright::command(&browser, &server);
    playwright.args(["--config", "screenshots.config.ts"]);
    steps.run("taking the screenshots", "a few seconds", || {
        process::run(&mut playwright)
    })
}
