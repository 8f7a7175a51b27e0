//! `cargo xtask screenshots`: the pictures of the documentation, which nobody takes by hand.

use anyhow::Result;

use crate::{
    process,
    programs::{binary, playwright},
    site::Mode,
    steps::Steps,
    tools::browser,
};

/// Builds everything and lets a browser take the pictures into `docs/screenshots`.
pub(crate) fn run(steps: &mut Steps) -> Result<()> {
    let browser = browser::install(steps)?;
    let server = binary::build(Mode::Release, steps)?;
    let mut playwright = playwright::command(&browser, &server);
    playwright.args(["--config", "screenshots.config.ts"]);
    steps.run("taking the screenshots", "some seconds", || {
        process::run(&mut playwright)
    })
}
