//! Installs Chromium for the browser tests, and the npm packages for `end2end`.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{process, steps::Steps, workspace};

use super::{apt, npm_tools};

/// The browser for the tests.
pub(crate) enum Browser {
    /// A browser installed on this machine.
    Installed(PathBuf),
    /// The browser that Playwright downloaded.
    Playwright,
}

/// Installs the npm packages for `end2end` and a browser if they are missing.
pub(crate) fn install(steps: &mut Steps) -> Result<Browser> {
    npm_tools::require_npm()?;
    install_packages(steps)?;
    if let Some(browser) = find_browser() {
        return Ok(Browser::Installed(browser));
    }
    match apt::install(&["chromium"], steps) {
        Ok(()) => Ok(Browser::Installed(
            find_browser().context("no browser found after installing Chromium")?,
        )),
        Err(error) => {
            println!("    {error:#}\n    letting Playwright download its own browser instead");
            let mut npx = process::command("npx");
            npx.current_dir(workspace::end2end())
                .args(["playwright", "install", "chromium"]);
            steps.run("downloading Chromium", "once, 1 min or less", || {
                process::run(&mut npx)
            })?;
            Ok(Browser::Playwright)
        }
    }
}

fn install_packages(steps: &mut Steps) -> Result<()> {
    let lock = fs::read(workspace::end2end().join("package-lock.json"))?;
    // npm leaves no mark of a completed installation, so keep a copy of the lock file.
    let stamp = workspace::end2end().join("node_modules/keywright-package-lock.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    steps.run(
        "installing the npm packages for end2end",
        "a few seconds",
        || {
            let mut npm = process::command("npm");
            npm.current_dir(workspace::end2end())
                .args(["ci", "--no-audit", "--no-fund"]);
            process::run(&mut npm)?;
            Ok(fs::write(&stamp, &lock)?)
        },
    )
}

fn find_browser() -> Option<PathBuf> {
    const NAMES: [&str; 4] = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    const MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    let given = env::var_os("KEYWRIGHT_CHROMIUM").map(PathBuf::from);
    given
        .or_else(|| NAMES.iter().find_map(|name| process::find_on_path(name)))
        .or_else(|| Some(PathBuf::from(MACOS)).filter(|file| Path::exists(file)))
}
