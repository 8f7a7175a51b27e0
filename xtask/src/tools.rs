//! The tools that a build or a test needs: found, or installed once into the user's cache.
//!
//! The cache is outside the clone, because compiling Trunk takes minutes and a fresh clone should not pay for it again.

pub(crate) mod apt;
pub(crate) mod browser;
pub(crate) mod cargo_tools;
mod debian_wasm;
mod npm_tools;
mod wasm_target;

use std::{env, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{postgres, process, steps::Steps};

pub(crate) use wasm_target::WasmCompiler;

/// What it takes to build the site.
pub(crate) struct SiteTools {
    compiler: WasmCompiler,
    /// Folders for `PATH` in which Trunk finds what it calls.
    folders: Vec<PathBuf>,
}

impl SiteTools {
    /// Finds the tools and installs those that are missing.
    pub(crate) fn install(steps: &mut Steps) -> Result<Self> {
        let mut folders = Vec::new();
        folders.extend(npm_tools::install(&npm_tools::ESBUILD, steps)?);
        folders.extend(npm_tools::install(&npm_tools::BINARYEN, steps)?);
        let compiler = WasmCompiler::install(steps)?;
        folders.extend(compiler.linker_folder());
        folders.extend(cargo_tools::install(&cargo_tools::wasm_bindgen()?, steps)?);
        folders.extend(cargo_tools::install(&cargo_tools::trunk(), steps)?);
        Ok(Self { compiler, folders })
    }

    /// One of the tools, with the others on its `PATH` and the right compiler.
    pub(crate) fn command(&self, program: &str) -> Result<Command> {
        // A command is looked up on the PATH of this process, not on the one that it is given.
        let file = self
            .folders
            .iter()
            .map(|folder| folder.join(program))
            .find(|file| file.exists());
        let mut command = process::command(file.unwrap_or_else(|| PathBuf::from(program)));
        process::prepend_path(&mut command, &self.folders)?;
        self.compiler.apply(&mut command);
        Ok(command)
    }
}

/// The versions that a built site depends on and that are not in `Cargo.lock`.
pub(crate) fn versions_of_site_tools() -> String {
    let trunk = cargo_tools::trunk();
    let npm = [npm_tools::ESBUILD, npm_tools::BINARYEN];
    let npm = npm
        .map(|tool| format!("{} {}", tool.package, tool.version))
        .join(", ");
    format!("{} {}, {npm}", trunk.package, trunk.version)
}

/// Installs everything that any command may need.
pub(crate) fn install_all(steps: &mut Steps) -> Result<()> {
    SiteTools::install(steps)?;
    browser::install(steps)?;
    postgres::install(steps)?;
    println!("\nAll tools are here.");
    Ok(())
}

/// `$XDG_CACHE_HOME/keywright/tools`, or the same below `~/.cache`.
fn cache() -> Result<PathBuf> {
    let from_user = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let from_home = || env::home_dir().map(|home| home.join(".cache"));
    let cache = from_user
        .filter(|folder| folder.is_absolute())
        .or_else(from_home);
    Ok(cache
        .context("neither XDG_CACHE_HOME nor HOME is set")?
        .join("keywright/tools"))
}
