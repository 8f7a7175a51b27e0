//! Builds the server binary, with or without the embedded site.

use std::{panic, path::PathBuf, thread};

use anyhow::Result;

use crate::{
    process,
    site::{self, Mode},
    steps::Steps,
    workspace,
};

const PACKAGE: &str = "keywright";

/// The example that simulates a device in the browser tests, with the published client.
const DEVICE: &str = "device";

/// Cargo profile of the binary.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    Debug,
    Release,
}

/// Returns the path where cargo puts the binary. The file may not exist yet.
pub(crate) fn path(profile: Profile) -> PathBuf {
    let folder = match profile {
        Profile::Debug => "debug",
        Profile::Release => "release",
    };
    workspace::target().join(folder).join(PACKAGE)
}

/// Builds the site and the binary that reads it from `target/site`. Both builds run concurrently,
/// because linking the wasm occupies one core for minutes.
pub(crate) fn build(mode: Mode, steps: &mut Steps) -> Result<PathBuf> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--quiet", "--package", PACKAGE]);
    thread::scope(|scope| {
        let server = scope.spawn(|| process::run(&mut cargo));
        site::build(mode, steps)?;
        let estimate = "a few minutes the first time, minus the time for the site";
        steps.run("building the server", estimate, || {
            server
                .join()
                .unwrap_or_else(|panic| panic::resume_unwind(panic))
        })
    })?;
    Ok(path(Profile::Debug))
}

/// Builds the server and the example device for the browser tests.
///
/// Builds the whole workspace, so that the features match those of the Rust tests and their
/// artifacts are reused.
pub(crate) fn build_for_browser_tests(steps: &mut Steps) -> Result<(PathBuf, PathBuf)> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--workspace", "--bins", "--example", DEVICE]);
    let estimate = "a few minutes the first time, then seconds";
    steps.run(
        "building the server and the example device",
        estimate,
        || process::run(&mut cargo),
    )?;
    let debug = workspace::target().join("debug");
    Ok((debug.join(PACKAGE), debug.join("examples").join(DEVICE)))
}

/// Builds the single binary with the embedded site.
pub(crate) fn build_with_site(profile: Profile, steps: &mut Steps) -> Result<()> {
    site::build(Mode::Release, steps)?;
    let mut cargo = process::cargo();
    cargo.args(["build", "--package", PACKAGE, "--features", "embed-site"]);
    if matches!(profile, Profile::Release) {
        cargo.arg("--release");
    }
    let estimate = "up to 10 min the first time";
    steps.run(
        "building the server with the embedded site",
        estimate,
        || process::run(&mut cargo),
    )?;
    println!(
        "\nBuilt {}, which contains the site.",
        path(profile).display()
    );
    Ok(())
}
