//! Debian's compiler, for machines whose rustup can't download. Debian ships it without the
//! standard library for wasm. That is built once from Debian's source package, cached, and copied
//! to where the compiler looks for it.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};

use crate::{process, steps::Steps};

use super::{apt, cache};

pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// Name of Debian's compiler in rustup.
pub(super) const TOOLCHAIN_NAME: &str = "debian-web";

const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const LINKER: &str = "/usr/bin/wasm-ld-22";
/// File next to the libraries with the compiler version they were built for.
const VERSION_FILE: &str = "keywright-version";
const MANUAL_INSTALL_HINT: &str =
    "the wasm target is missing; run: rustup target add wasm32-unknown-unknown";

/// Installs Debian's compiler and its wasm libraries, and links the compiler into rustup. Returns
/// a directory that contains the linker under the name that the compiler expects.
pub(super) fn install(steps: &mut Steps) -> Result<PathBuf> {
    if process::find_on_path("rustup").is_none() {
        bail!("{MANUAL_INSTALL_HINT}");
    }
    if package_version().is_none() || !Path::new(LINKER).exists() {
        apt::install(&PACKAGES, steps).context(MANUAL_INSTALL_HINT)?;
    }
    let version = package_version().context(MANUAL_INSTALL_HINT)?;
    let installed = PathBuf::from("/usr/lib/rustlib").join(TARGET).join("lib");
    if fs::read_to_string(installed.join(VERSION_FILE))
        .ok()
        .as_deref()
        != Some(&version)
    {
        let cached = cache::tools_folder()?.join(format!("wasm-std-{version}"));
        if !cached.exists() {
            let title = format!("building the standard library for wasm ({version})");
            steps.run(&title, "once, about 2 min on two cores", || {
                build(&cached, &version)
            })?;
        }
        install_libraries(&cached, &installed)?;
    }
    let link = ["toolchain", "link", TOOLCHAIN_NAME, "/usr"];
    process::output(process::command("rustup").args(link))?;
    create_linker_folder()
}

/// Returns the version of Debian's compiler, or `None` unless its cargo and source packages are
/// installed in the same version.
fn package_version() -> Option<String> {
    let mut versions = PACKAGES[..3].iter().map(|package| {
        let mut query = process::command("dpkg-query");
        query.args([
            "--show",
            "--showformat=${db:Status-Status} ${Version}",
            package,
        ]);
        let text = process::output(&mut query).ok()?;
        text.strip_prefix("installed ").map(str::to_owned)
    });
    let first = versions.next()??;
    versions
        .all(|version| version.as_deref() == Some(&first))
        .then_some(first)
}

fn build(cached: &Path, version: &str) -> Result<()> {
    let partial = cached.with_file_name("wasm-std.partial");
    if partial.exists() {
        fs::remove_dir_all(&partial)?;
    }
    let source = partial.join("source");
    fs::create_dir_all(source.join("src"))?;
    fs::write(
        source.join("Cargo.toml"),
        "[package]\nname = \"nothing\"\nedition = \"2024\"\n\n[workspace]\n",
    )?;
    fs::write(source.join("src/lib.rs"), "#![no_std]\n")?;
    process::run(&mut build_command(&source))?;

    let finished = partial.join("lib");
    fs::create_dir_all(&finished)?;
    let built = source.join("target").join(TARGET).join("release/deps");
    for entry in fs::read_dir(&built)? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        if text.ends_with(".rlib") && !text.starts_with("libnothing-") {
            fs::copy(built.join(&name), finished.join(&name))?;
        }
    }
    fs::write(finished.join(VERSION_FILE), version)?;
    fs::rename(&finished, cached)?;
    Ok(fs::remove_dir_all(&partial)?)
}

fn build_command(source: &Path) -> std::process::Command {
    let mut cargo = process::command("/usr/bin/cargo");
    cargo
        .current_dir(source)
        .args(["build", "--release", "--target", TARGET]);
    cargo.arg("-Zbuild-std=std,panic_abort,panic_unwind,proc_macro");
    cargo
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1");
    // Without bitcode, link-time optimization fails later.
    cargo.env("RUSTFLAGS", "-Cembed-bitcode=yes");
    cargo
        .env_remove("LD_LIBRARY_PATH")
        .env("CARGO_TARGET_DIR", source.join("target"));
    cargo
}

fn install_libraries(cached: &Path, installed: &Path) -> Result<()> {
    let root = |program| {
        apt::as_root(program)
            .with_context(|| format!("root is required to install {}", cached.display()))
    };
    // The compiler rejects libraries from two builds in the same directory.
    process::run(root("rm")?.args(["-rf"]).arg(installed))?;
    process::run(root("mkdir")?.arg("-p").arg(installed))?;
    let mut files = Vec::new();
    for entry in fs::read_dir(cached)? {
        files.push(entry?.path());
    }
    files.retain(|file| !file.ends_with(VERSION_FILE));
    process::output(root("cp")?.args(&files).arg(installed))?;
    // Copied last, so that an interrupted copy is not mistaken for a complete one.
    process::output(root("cp")?.arg(cached.join(VERSION_FILE)).arg(installed))?;
    Ok(())
}

fn create_linker_folder() -> Result<PathBuf> {
    let folder = cache::tools_folder()?.join("rust-lld");
    fs::create_dir_all(&folder)?;
    let link = folder.join("rust-lld");
    if !link.exists() {
        symlink(LINKER, &link)?;
    }
    Ok(folder)
}
