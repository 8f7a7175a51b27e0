//! Tools from the npm registry: `wasm-opt` and the bundler for style sheets.

use std::{fs, path::PathBuf};

use anyhow::{Result, bail};

use crate::{process, steps::Steps};

use super::cache;

/// A tool from the npm registry.
pub(crate) struct NpmTool {
    pub(crate) package: &'static str,
    pub(crate) version: &'static str,
}

/// `wasm-opt`. The version in Debian 12 is too old for the output of current compilers.
pub(crate) const BINARYEN: NpmTool = NpmTool {
    package: "binaryen",
    version: "132.0.0",
};

/// Bundles the style sheets into one file. Trunk does not follow `@import`.
pub(crate) const ESBUILD: NpmTool = NpmTool {
    package: "esbuild",
    version: "0.28.2",
};

/// Installs the tool if it is missing, and returns the directory that contains its commands.
/// Never returns `None`; the type is that of `cargo_tools::install`.
pub(crate) fn install(tool: &NpmTool, steps: &mut Steps) -> Result<Option<PathBuf>> {
    let name = format!("{}-{}", tool.package, tool.version);
    let folder = cache::tools_folder()?.join(&name);
    if !folder.exists() {
        require_npm()?;
        let title = format!("installing {} {}", tool.package, tool.version);
        steps.run(&title, "once, a few seconds", || {
            let partial = folder.with_file_name(format!("{name}.partial"));
            if partial.exists() {
                fs::remove_dir_all(&partial)?;
            }
            fs::create_dir_all(&partial)?;
            let mut npm = process::command("npm");
            npm.args(["install", "--no-audit", "--no-fund", "--prefix"])
                .arg(&partial);
            process::run(npm.arg(format!("{}@{}", tool.package, tool.version)))?;
            Ok(fs::rename(&partial, &folder)?)
        })?;
    }
    Ok(Some(folder.join("node_modules/.bin")))
}

/// Fails if Node.js or npm is not on `PATH`, because xtask can't install them. Does not check their
/// versions.
pub(crate) fn require_npm() -> Result<()> {
    if process::find_on_path("node").is_none() || process::find_on_path("npm").is_none() {
        bail!(
            "Node.js 20 or newer with npm is required, but not on PATH; install it with your system's package manager \
             (for example `apt-get install nodejs npm` or `brew install node`), then retry"
        );
    }
    Ok(())
}
