//! Optimizes the script and wasm of a release build for size.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use super::output::files_with_extension;
use crate::{process, tools::SiteTools, workspace};

/// The wasm features that the compiler uses. wasm-opt rejects the module without them, and with
/// `--all-features` it writes a module that Chromium rejects.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Passes chosen by the size after brotli, which is what a browser downloads.
const OPTIMIZATIONS: [&str; 9] = [
    // The module owns its memory, which starts zeroed. The first kilobyte is the far end of the
    // stack and is never used.
    "--zero-filled-memory",
    "--low-memory-unused",
    // Several similar functions compress better than a large one that they are inlined into.
    "--one-caller-inline-max-function-size=0",
    // After brotli, the output of `-Os` is smaller than that of `-Oz`.
    "-Os",
    "--converge",
    // Sorting by name puts similar functions next to each other. The names are stripped.
    "--reorder-functions-by-name",
    "--strip-debug",
    "--strip-producers",
    "--quiet",
];

/// Optimizes each of the site's wasm files and its script.
pub(super) fn optimize(tools: &SiteTools) -> Result<()> {
    for wasm in files_with_extension("wasm")? {
        minify(&script_path(&wasm), tools)?;
        let mut wasm_opt = tools.command("wasm-opt")?;
        wasm_opt.args(WASM_FEATURES).args(OPTIMIZATIONS);
        process::run(wasm_opt.arg(&wasm).arg("-o").arg(&wasm))?;
    }
    Ok(())
}

/// Returns the script that wasm-bindgen generated for a module.
fn script_path(wasm: &Path) -> PathBuf {
    let name = wasm.to_string_lossy();
    PathBuf::from(name.replace("_bg.wasm", ".js"))
}

/// Minifies a script in place and drops everything that its default export does not use.
fn minify(script: &Path, tools: &SiteTools) -> Result<()> {
    let entry = workspace::target().join("site-build/start.mjs");
    let path = script.display().to_string();
    fs::write(&entry, format!("export {{ default }} from {path:?};"))?;
    let mut esbuild = tools.command("esbuild")?;
    esbuild.arg(&entry).args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--log-level=warning",
        "--allow-overwrite",
    ]);
    // Without these, esbuild keeps wasm-bindgen's classes, although no code instantiates them.
    esbuild.args([
        "--define:Symbol.dispose=undefined",
        "--pure:FinalizationRegistry",
    ]);
    process::run(esbuild.arg(format!("--outfile={path}")))
}
