//! The files that a build leaves in `target/site/pkg`.

use std::{fs, path::PathBuf};

use anyhow::{Result, bail};

use crate::workspace;

/// The built files with this extension. Fails if there is none.
pub(super) fn files(extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(packages())? {
        let file = entry?.path();
        if file.extension().is_some_and(|found| found == extension) {
            files.push(file);
        }
    }
    if files.is_empty() {
        bail!("no .{extension} file in {}", packages().display());
    }
    Ok(files)
}

pub(super) fn packages() -> PathBuf {
    workspace::site().join("pkg")
}
