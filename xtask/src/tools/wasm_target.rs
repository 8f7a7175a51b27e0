//! A compiler with a standard library for `wasm32-unknown-unknown`: the default or Debian's.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::{process, steps::Steps};

use super::debian_wasm::{self, TARGET};

/// The compiler for the site.
pub(crate) enum WasmCompiler {
    /// The default toolchain, which has the target.
    Default,
    /// Debian's compiler, linked into rustup as a toolchain.
    Debian {
        /// Directory that contains the linker under the name that the compiler expects.
        linker_folder: PathBuf,
    },
}

impl WasmCompiler {
    /// Finds a compiler with the target, or installs one. Tries rustup before Debian's packages.
    pub(crate) fn install(steps: &mut Steps) -> Result<Self> {
        if default_toolchain_has_target() {
            return Ok(Self::Default);
        }
        if process::find_on_path("rustup").is_some() {
            println!("\n==> installing the Rust target {TARGET} (once, a few seconds)");
            // Fails immediately if rustup can't download. Not a step, because Debian is the
            // fallback.
            let mut rustup = process::command("rustup");
            match process::run(rustup.args(["target", "add", TARGET])) {
                Ok(()) if default_toolchain_has_target() => return Ok(Self::Default),
                Ok(()) => println!("    rustup added it to a toolchain other than the default"),
                Err(error) => println!("    {error:#}\n    trying Debian's compiler instead"),
            }
        }
        let linker_folder = debian_wasm::install(steps)?;
        Ok(Self::Debian { linker_folder })
    }

    /// Makes a command, and every cargo process below it, use this compiler.
    pub(crate) fn apply(&self, command: &mut Command) {
        if let Self::Debian { .. } = self {
            command.env("RUSTUP_TOOLCHAIN", debian_wasm::TOOLCHAIN_NAME);
            // `cargo run` sets it to the libraries of the default toolchain.
            command.env_remove("LD_LIBRARY_PATH");
        }
    }

    /// Returns the directory that this compiler needs on `PATH`, if any.
    pub(super) fn linker_folder(&self) -> Option<PathBuf> {
        match self {
            Self::Default => None,
            Self::Debian { linker_folder } => Some(linker_folder.clone()),
        }
    }
}

fn default_toolchain_has_target() -> bool {
    let mut rustc = process::command("rustc");
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    process::output(&mut rustc).is_ok_and(|folder| Path::new(&folder).exists())
}
