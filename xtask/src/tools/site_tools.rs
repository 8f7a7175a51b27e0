//! Tools that build the site: esbuild, wasm-opt, a wasm compiler, wasm-bindgen and Trunk.

use std::{path::PathBuf, process::Command};

use anyhow::Result;

use crate::{process, steps::Steps};

use super::{cargo_tools, npm_tools, wasm_target::WasmCompiler};

/// The installed tools.
pub(crate) struct SiteTools {
    compiler: WasmCompiler,
    /// Directories that Trunk needs on its `PATH`.
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

    /// Creates a command for a tool, with the others on its `PATH` and the right compiler.
    pub(crate) fn command(&self, program: &str) -> Result<Command> {
        // The program is looked up on the PATH of this process, not on the command's own.
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

/// Returns the versions of the tools that affect the site but are not in `Cargo.lock`.
pub(crate) fn site_tool_versions() -> String {
    let trunk = cargo_tools::trunk();
    let npm = [npm_tools::ESBUILD, npm_tools::BINARYEN];
    let npm = npm
        .map(|tool| format!("{} {}", tool.package, tool.version))
        .join(", ");
    format!("{} {}, {npm}", trunk.package, trunk.version)
}
