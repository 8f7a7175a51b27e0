//! Paths of the workspace and its build output.

use std::{
    env,
    path::{Path, PathBuf},
    sync::LazyLock,
};

// Cargo passes the manifest folder at run time. The path known at compile time is stale after the
// clone is moved.
static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let manifest = PathBuf::from(manifest);
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), Path::to_path_buf)
});

/// Returns the folder of the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    &ROOT
}

/// Returns cargo's target folder, which every cargo process started by xtask uses.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Returns the folder of the built site. The files for browsers are in its `pkg` folder.
pub(crate) fn site() -> PathBuf {
    target().join("site")
}

/// Returns the folder of the browser tests.
pub(crate) fn end2end() -> PathBuf {
    root().join("end2end")
}
