//! The files of a build in `target/site/pkg`.

use std::{fs, path::PathBuf};

use anyhow::{Result, bail};

use crate::workspace;

/// Returns the built files with this extension. Fails if there are none.
pub(super) fn files_with_extension(extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(package_folder())? {
        let file = entry?.path();
        if file.extension().is_some_and(|found| found == extension) {
            files.push(file);
        }
    }
    if files.is_empty() {
        bail!("no .{extension} file in {}", package_folder().display());
    }
    Ok(files)
}

pub(super) fn package_folder() -> PathBuf {
    workspace::site().join("pkg")
}
