//! Runs what is in `end2end`: the browser tests, and the script that takes the screenshots.

use std::{path::Path, process::Command};

use crate::{process, tools::browser::Browser, workspace};

/// A command of one of the packages of `end2end`, run there.
pub(crate) fn npx(arguments: &[&str]) -> Command {
    let mut npx = process::command("npx");
    npx.current_dir(workspace::end2end())
        .arg("--no-install")
        .args(arguments);
    npx
}

/// Playwright's test runner with that browser, against that server.
pub(crate) fn command(browser: &Browser, server: &Path) -> Command {
    let mut playwright = npx(&["playwright", "test"]);
    playwright.env("KEYWRIGHT_BIN", server);
    if let Browser::Installed(chromium) = browser {
        playwright.env("KEYWRIGHT_CHROMIUM", chromium);
    }
    playwright
}
