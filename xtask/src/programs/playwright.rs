//! Runs the browser tests and the screenshot script of `end2end`.

use std::{path::Path, process::Command};

use crate::{process, tools::browser::Browser, workspace};

/// Creates a command from the packages of `end2end`, in that folder.
pub(crate) fn npx(arguments: &[&str]) -> Command {
    let mut npx = process::command("npx");
    npx.current_dir(workspace::end2end())
        .arg("--no-install")
        .args(arguments);
    npx
}

/// Creates a run of Playwright's test runner with this browser and server.
pub(crate) fn command(browser: &Browser, server: &Path) -> Command {
    let mut playwright = npx(&["playwright", "test"]);
    playwright.env("KEYWRIGHT_BIN", server);
    if let Browser::Installed(chromium) = browser {
        playwright.env("KEYWRIGHT_CHROMIUM", chromium);
    }
    playwright
}
