//! Builds the server's binary.

use std::{panic, path::PathBuf, thread};

use anyhow::Result;

use crate::{
    process,
    site::{self, Mode},
    steps::Steps,
    workspace,
};

const PACKAGE: &str = "keywright";

/// The device with the published client on it, for the browser tests.
const DEVICE: &str = "device";

/// How the binary is compiled.
#[derive(Clone, Copy)]
pub(crate) enum Profile {
    /// Quickly, for work on it.
    Debug,
    /// For use.
    Release,
}

/// Where cargo puts the binary.
pub(crate) fn path(profile: Profile) -> PathBuf {
    let folder = match profile {
        Profile::Debug => "debug",
        Profile::Release => "release",
    };
    workspace::target().join(folder).join(PACKAGE)
}

/// Builds the site and the binary that reads it from `target/site`. Both at once: the wasm is linked
/// on one core for minutes.
pub(crate) fn build(mode: Mode, steps: &mut Steps) -> Result<PathBuf> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--quiet", "--package", PACKAGE]);
    thread::scope(|scope| {
        let server = scope.spawn(|| process::run(&mut cargo));
        site::build(mode, steps)?;
        let estimate = "some minutes the first time, less what the site took";
        steps.run("building the server", estimate, || {
            server
                .join()
                .unwrap_or_else(|panic| panic::resume_unwind(panic))
        })
    })?;
    Ok(path(Profile::Debug))
}

/// Builds what the browser tests run: the server, and the example that plays a device. Of the whole
/// workspace, since only then are features the same as in the Rust tests and their artifacts used again.
pub(crate) fn build_for_browser_tests(steps: &mut Steps) -> Result<(PathBuf, PathBuf)> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--workspace", "--bins", "--example", DEVICE]);
    let estimate = "some minutes the first time, then seconds";
    steps.run("building the server and a device", estimate, || {
        process::run(&mut cargo)
    })?;
    let debug = workspace::target().join("debug");
    Ok((debug.join(PACKAGE), debug.join("examples").join(DEVICE)))
}

/// The one file that carries the site inside.
pub(crate) fn build_with_site(profile: Profile, steps: &mut Steps) -> Result<()> {
    site::build(Mode::Release, steps)?;
    let mut cargo = process::cargo();
    cargo.args(["build", "--package", PACKAGE, "--features", "embed-site"]);
    if matches!(profile, Profile::Release) {
        cargo.arg("--release");
    }
    let estimate = "up to 10 min the first time";
    steps.run("building the server with the site inside", estimate, || {
        process::run(&mut cargo)
    })?;
    println!(
        "\n{} is all it takes to run Keywright.",
        path(profile).display()
    );
    Ok(())
}
