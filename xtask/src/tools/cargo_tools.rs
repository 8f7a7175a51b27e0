//! Tools that cargo compiles: Trunk, and the command of wasm-bindgen.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{process, steps::Steps, workspace};

use super::cache;

/// A tool from the Rust registry.
pub(crate) struct CargoTool {
    pub(crate) package: &'static str,
    pub(crate) version: String,
    binary: &'static str,
    /// Further arguments for `cargo install`.
    arguments: &'static [&'static str],
    estimate: &'static str,
}

/// Compiles wasm and CSS. 0.22 asks for a newer compiler than the workspace does.
pub(crate) fn trunk() -> CargoTool {
    CargoTool {
        package: "trunk",
        version: "0.21.14".to_owned(),
        binary: "trunk",
        // What it needs to download things itself, which it never does here.
        arguments: &["--no-default-features"],
        estimate: "once, about 3 min on two cores",
    }
}

/// Looks at the crates that the product is made of.
pub(crate) fn deny() -> CargoTool {
    CargoTool {
        package: "cargo-deny",
        version: "0.20.2".to_owned(),
        binary: "cargo-deny",
        arguments: &[],
        estimate: "once, about 5 min on two cores",
    }
}

/// Must be of exactly the version that the workspace is compiled with.
pub(crate) fn wasm_bindgen() -> Result<CargoTool> {
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock"))?;
    let version = locked_version(&lock, "wasm-bindgen").context("no wasm-bindgen in Cargo.lock")?;
    Ok(CargoTool {
        package: "wasm-bindgen-cli",
        version: version.to_owned(),
        binary: "wasm-bindgen",
        arguments: &[],
        estimate: "once, about 1 min on two cores",
    })
}

/// Returns the folder of the tool's binary, or none where the right version is on `PATH` already.
pub(crate) fn install(tool: &CargoTool, steps: &mut Steps) -> Result<Option<PathBuf>> {
    if is_on_path(tool) {
        return Ok(None);
    }
    let folder = cache::folder()?.join(format!("{}-{}", tool.package, tool.version));
    let bin = folder.join("bin");
    // Cargo puts the binary there as the last thing, so an interrupted run leaves none.
    if !bin.join(tool.binary).exists() {
        let title = format!("installing {} {}", tool.package, tool.version);
        steps.run(&title, tool.estimate, || compile(tool, &folder))?;
    }
    Ok(Some(bin))
}

fn compile(tool: &CargoTool, folder: &PathBuf) -> Result<()> {
    let install = |lock: &[&str]| {
        let mut cargo = process::command("cargo");
        cargo
            .args(["install", tool.package, "--version", &tool.version])
            .args(lock);
        cargo
            .args(["--bin", tool.binary])
            .args(tool.arguments)
            .arg("--root")
            .arg(folder);
        // Not into the clone's target folder, and not optimised: they run a second or two longer, but are compiled in
        // less than half the time.
        cargo
            .env_remove("CARGO_TARGET_DIR")
            .env("CARGO_PROFILE_RELEASE_LTO", "off");
        cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        process::run(&mut cargo)
    };
    // A lock file may name versions that a mirror of the registry does not have yet.
    let Err(locked) = install(&["--locked"]) else {
        return Ok(());
    };
    println!("    {locked:#}; trying without the package's own lock file");
    if install(&[]).is_err() {
        bail!("{locked:#}");
    }
    Ok(())
}

fn is_on_path(tool: &CargoTool) -> bool {
    let version = process::output(process::command(tool.binary).arg("--version"));
    version.is_ok_and(|text| text.split_whitespace().nth(1) == Some(&tool.version))
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    lines
        .next()?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locked_version_is_that_of_the_package_itself() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
