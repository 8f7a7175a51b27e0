//! `cargo xtask tools`: installs everything that any command may need.

use anyhow::Result;

use crate::{
    programs::postgres,
    steps::Steps,
    tools::{SiteTools, browser},
};

/// Installs what is missing.
pub(crate) fn run(steps: &mut Steps) -> Result<()> {
    SiteTools::install(steps)?;
    browser::install(steps)?;
    postgres::install(steps)?;
    println!("\nAll tools are here.");
    Ok(())
}
