//! Paths in the workspace and its build output.

use std::{
    env,
    path::{Path, PathBuf},
    sync::LazyLock,
};

// Prefer the directory that cargo passes at run time. The compile-time path is stale if the clone
// has been moved.
static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let manifest = PathBuf::from(manifest);
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), Path::to_path_buf)
});

/// Returns the directory that contains the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    &ROOT
}

/// Returns the target directory of every cargo process that xtask starts. Ignores the caller's
/// `CARGO_TARGET_DIR`.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Returns the directory of the built site. Its `pkg` subdirectory contains the files for browsers.
pub(crate) fn site() -> PathBuf {
    target().join("site")
}

pub(crate) fn end2end() -> PathBuf {
    root().join("end2end")
}
