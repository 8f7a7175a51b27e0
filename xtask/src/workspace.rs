//! Where things are: the workspace's root and what is built below it.

use std::{
    env,
    path::{Path, PathBuf},
    sync::LazyLock,
};

// Cargo says at run time where the manifest is; the path known at compile time is stale after a clone was moved.
static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
    let manifest =
        env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let manifest = PathBuf::from(manifest);
    manifest
        .parent()
        .map_or_else(|| manifest.clone(), Path::to_path_buf)
});

/// The folder of the workspace's `Cargo.toml`.
pub(crate) fn root() -> &'static Path {
    &ROOT
}

/// Cargo's target folder; every cargo that xtask runs is told to use this one.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Where the built site lives; the files that a browser may ask for are in `pkg` below it.
pub(crate) fn site() -> PathBuf {
    target().join("site")
}

/// The folder of the browser tests.
pub(crate) fn end2end() -> PathBuf {
    root().join("end2end")
}
