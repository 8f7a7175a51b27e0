//! Commands that run the browser tests and the screenshot script in `end2end`.

use std::{path::Path, process::Command};

use crate::{process, tools::browser::Browser, workspace};

/// Creates a command that runs an installed npm package in `end2end`.
pub(crate) fn npx(arguments: &[&str]) -> Command {
    let mut npx = process::command("npx");
    npx.current_dir(workspace::end2end())
        .arg("--no-install")
        .args(arguments);
    npx
}

/// Creates a command that runs Playwright's tests against this browser and server binary.
pub(crate) fn command(browser: &Browser, server: &Path) -> Command {
    let mut playwright = npx(&["playwright", "test"]);
    playwright.env("KEYWRIGHT_BIN", server);
    if let Browser::Installed(chromium) = browser {
        playwright.env("KEYWRIGHT_CHROMIUM", chromium);
    }
    playwright
}
