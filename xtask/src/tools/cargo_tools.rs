//! Tools installed with `cargo install`.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, bail};

use crate::{process, steps::Steps, workspace};

use super::cache;

/// A tool from crates.io.
pub(crate) struct CargoTool {
    pub(crate) package: &'static str,
    pub(crate) version: String,
    binary: &'static str,
    /// Further arguments for `cargo install`.
    arguments: &'static [&'static str],
    estimate: &'static str,
}

/// Compiles the wasm. Version 0.22 requires a newer compiler than the workspace does.
pub(crate) fn trunk() -> CargoTool {
    CargoTool {
        package: "trunk",
        version: "0.21.14".to_owned(),
        binary: "trunk",
        // The default features are for downloading tools, which xtask does itself.
        arguments: &["--no-default-features"],
        estimate: "once, about 3 min on two cores",
    }
}

/// Checks the dependencies of the product.
pub(crate) fn deny() -> CargoTool {
    CargoTool {
        package: "cargo-deny",
        version: "0.20.2".to_owned(),
        binary: "cargo-deny",
        arguments: &[],
        estimate: "once, about 5 min on two cores",
    }
}

/// Checks the spelling in code and documents.
pub(crate) fn typos() -> CargoTool {
    CargoTool {
        package: "typos-cli",
        version: "1.49.0".to_owned(),
        binary: "typos",
        arguments: &[],
        estimate: "once, about 2 min on two cores",
    }
}

/// Finds unused dependencies.
pub(crate) fn machete() -> CargoTool {
    CargoTool {
        package: "cargo-machete",
        version: "0.9.2".to_owned(),
        binary: "cargo-machete",
        arguments: &[],
        estimate: "once, about 1 min on two cores",
    }
}

/// The version must match the wasm-bindgen crate in `Cargo.lock` exactly.
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

/// Installs the tool if it is missing, and returns the directory that contains its binary.
/// Returns `None` if the right version is already on `PATH`.
pub(crate) fn install(tool: &CargoTool, steps: &mut Steps) -> Result<Option<PathBuf>> {
    if is_on_path(tool) {
        return Ok(None);
    }
    let folder = cache::tools_folder()?.join(format!("{}-{}", tool.package, tool.version));
    let bin = folder.join("bin");
    // Cargo copies the binary last, so an interrupted installation leaves none behind.
    if !bin.join(tool.binary).exists() {
        let title = format!("installing {} {}", tool.package, tool.version);
        steps.run(&title, tool.estimate, || compile(tool, &folder))?;
    }
    Ok(Some(bin))
}

/// Installs the tool if it is missing, and returns the path of its binary, or only the name of
/// the binary if it is on `PATH`.
pub(crate) fn install_and_locate(tool: &CargoTool, steps: &mut Steps) -> Result<PathBuf> {
    let folder = install(tool, steps)?;
    Ok(folder.unwrap_or_default().join(tool.binary))
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
        // Don't build into the clone's target directory, and don't optimize: the tools run a second
        // or two longer, but compile in less than half the time.
        cargo
            .env_remove("CARGO_TARGET_DIR")
            .env("CARGO_PROFILE_RELEASE_LTO", "off");
        cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
        process::run(&mut cargo)
    };
    // A lock file may name versions that a registry mirror does not have yet.
    let Err(locked) = install(&["--locked"]) else {
        return Ok(());
    };
    println!("    {locked:#}; retrying without the package's lock file");
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
    fn locked_version_matches_the_exact_package_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\nsource = \"x\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
