//! One file per command. Each ends with its work done, or with a sentence that says what to do and nothing half-made.

pub(crate) mod demo;
pub(crate) mod mint;
pub(crate) mod operator;
pub(crate) mod serve;
pub(crate) mod tenant;

use std::io::Write;

/// Prints a line; an error where nobody reads it any more.
fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}
