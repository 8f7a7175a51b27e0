//! Builds the site: one style sheet, two scripts and one wasm file, with hashes in their names.
//!
//! esbuild bundles the style sheets and Trunk compiles the wasm. A release build also optimizes
//! script and wasm for size, and precompresses every file.

mod budget;
mod inputs;
mod mode;
mod optimize;
mod output;

use std::fs;

use anyhow::Result;

use crate::{process, steps::Steps, tools::SiteTools, workspace};

pub(crate) use budget::check as check_budget;
pub(crate) use mode::Mode;
use output::{files_with_extension, package_folder};

/// Builds the site into `target/site` unless it is up to date with its inputs.
pub(crate) fn build(mode: Mode, steps: &mut Steps) -> Result<()> {
    // Computed before the build, so that changes made during the build trigger another build.
    let fingerprint = inputs::fingerprint(mode)?;
    let stamp = workspace::site().join("built-from");
    if fs::read_to_string(&stamp).is_ok_and(|built| built == fingerprint)
        && files_with_extension("wasm").is_ok()
    {
        println!("\n==> the site is up to date");
        return Ok(());
    }
    let tools = SiteTools::install(steps)?;
    fs::create_dir_all(workspace::site())?;
    if stamp.exists() {
        fs::remove_file(&stamp)?;
    }
    steps.run("fetching the crates", "a moment", || {
        process::run(process::cargo().arg("fetch"))
    })?;
    steps.run(
        "bundling the style sheets and the script",
        "a moment",
        || {
            bundle("style/main.css", "main.css", &tools, mode)?;
            bundle("frontend/enhance.ts", "enhance.js", &tools, mode)
        },
    )?;
    let estimate = "3 min the first time on two cores, then under 1 min";
    steps.run("compiling the pages to wasm", estimate, || {
        run_trunk(&tools, mode)
    })?;
    if matches!(mode, Mode::Release) {
        steps.run("optimizing the wasm", "half a minute", || {
            optimize::optimize(&tools)
        })?;
        steps.run("compressing the site", "a few seconds", compress)?;
    }
    Ok(fs::write(&stamp, fingerprint)?)
}

/// Bundles a style sheet or script that `frontend/index.html` refers to.
fn bundle(source: &str, name: &str, tools: &SiteTools, mode: Mode) -> Result<()> {
    let mut esbuild = tools.command("esbuild")?;
    esbuild
        .args([source, "--bundle", "--format=esm"])
        .arg(format!("--outfile=target/site-build/{name}"));
    // The server serves these files at run time; they do not exist during the build.
    esbuild.args(["--external:/pkg/*", "--log-level=warning"]);
    if matches!(mode, Mode::Release) {
        esbuild.arg("--minify");
    }
    process::run(&mut esbuild)
}

fn run_trunk(tools: &SiteTools, mode: Mode) -> Result<()> {
    let mut trunk = tools.command("trunk")?;
    trunk.arg("build");
    let folder = match mode {
        Mode::Release => {
            trunk.arg("--release");
            "release"
        }
        Mode::Development => "debug",
    };
    // Trunk copies the whole wasm-bindgen directory, including files from earlier builds.
    let left = workspace::target().join("wasm-bindgen").join(folder);
    if left.exists() {
        fs::remove_dir_all(left)?;
    }
    // Trunk parses this variable as a boolean and rejects the usual `1`.
    trunk
        .env_remove("NO_COLOR")
        .env("CARGO_TARGET_DIR", workspace::target());
    process::run(&mut trunk)
}

fn compress() -> Result<()> {
    let script = workspace::root().join("xtask/compress.mjs");
    process::run(process::command("node").arg(script).arg(package_folder()))
}
