//! The cache directory for tools, outside the clone so that other clones can reuse it.

use std::{env, path::PathBuf};

use anyhow::{Context, Result};

/// Returns `$XDG_CACHE_HOME/keywright/tools`, or `~/.cache/keywright/tools` if the
/// variable is unset or not an absolute path.
pub(super) fn tools_folder() -> Result<PathBuf> {
    let from_user = env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let from_home = || env::home_dir().map(|home| home.join(".cache"));
    let cache = from_user
        .filter(|folder| folder.is_absolute())
        .or_else(from_home);
    Ok(cache
        .context("neither XDG_CACHE_HOME nor HOME is set")?
        .join("keywright/tools"))
}
