//! A compiler with the standard library for `wasm32-unknown-unknown`: the default one, else Debian's.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Result;

use crate::{process, steps::Steps};

use super::debian_wasm::{self, TARGET};

/// The compiler that the site is built with.
pub(crate) enum WasmCompiler {
    /// The default toolchain has the target.
    Default,
    /// Debian's compiler, linked into rustup under a name of ours.
    Debian {
        /// Holds the linker under the name that the compiler asks for.
        linker_folder: PathBuf,
    },
}

impl WasmCompiler {
    /// Finds a compiler with the target or installs one, the usual way first.
    pub(crate) fn install(steps: &mut Steps) -> Result<Self> {
        if default_toolchain_has_target() {
            return Ok(Self::Default);
        }
        if process::on_path("rustup").is_some() {
            println!("\n==> installing the Rust target {TARGET} (once, some seconds)");
            // Refused at once where rustup can't download; no failed step, because there is another way.
            let mut rustup = process::command("rustup");
            match process::run(rustup.args(["target", "add", TARGET])) {
                Ok(()) if default_toolchain_has_target() => return Ok(Self::Default),
                Ok(()) => println!("    rustup added it to another toolchain than the default"),
                Err(error) => println!("    {error:#}\n    trying Debian's compiler instead"),
            }
        }
        let linker_folder = debian_wasm::install(steps)?;
        Ok(Self::Debian { linker_folder })
    }

    /// Makes a command, and every cargo below it, compile with this compiler.
    pub(crate) fn apply(&self, command: &mut Command) {
        if let Self::Debian { .. } = self {
            command.env("RUSTUP_TOOLCHAIN", debian_wasm::TOOLCHAIN);
            // `cargo run` points it to the libraries of the default toolchain.
            command.env_remove("LD_LIBRARY_PATH");
        }
    }

    /// A folder that must be on `PATH` for this compiler.
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
