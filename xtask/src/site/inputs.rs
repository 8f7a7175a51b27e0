//! Detects whether the site is up to date, from the contents of its inputs.

use std::{
    collections::hash_map::DefaultHasher,
    fs,
    hash::{Hash, Hasher},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::mode::Mode;
use crate::{process, tools, workspace};

const INPUTS: [&str; 11] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "Trunk.toml",
    "app",
    "crates/api-types",
    "crates/domain",
    "frontend",
    "style",
    "xtask/compress.mjs",
    "xtask/src/site",
];

/// Returns a string that changes with the inputs, the tools and the build mode.
pub(crate) fn fingerprint(mode: Mode) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        hash(&workspace::root().join(input), &mut hasher)?;
    }
    let compiler = process::output(process::command("rustc").arg("--version"))?;
    let tools = tools::site_tool_versions();
    Ok(format!(
        "{mode:?}, {compiler}, {tools}, inputs {:016x}\n",
        hasher.finish()
    ))
}

fn hash(path: &Path, hasher: &mut DefaultHasher) -> Result<()> {
    if !path.is_dir() {
        path.hash(hasher);
        fs::read(path)
            .with_context(|| format!("can't read {}", path.display()))?
            .hash(hasher);
        return Ok(());
    }
    let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut entries = entries.collect::<Result<Vec<PathBuf>, _>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| hash(entry, hasher))
}
