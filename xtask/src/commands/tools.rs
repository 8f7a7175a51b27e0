//! `cargo xtask tools`: installs the tools of all commands.

use anyhow::Result;

use crate::{
    programs::postgres,
    steps::Steps,
    tools::{SiteTools, browser},
};

pub(crate) fn run(steps: &mut Steps) -> Result<()> {
    SiteTools::install(steps)?;
    browser::install(steps)?;
    postgres::install(steps)?;
    println!("\nAll tools are installed.");
    Ok(())
}
