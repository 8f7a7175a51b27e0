//! The data directory and the private files in it.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use anyhow::Context;

/// Creates a file's parent directory with mode 0700: it will contain hashes, encrypted keys and the
/// master key.
pub(crate) fn create_parent_dir(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().context("the database path is empty")?;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .with_context(|| unwritable_message(folder))
}

pub(crate) fn unwritable_message(folder: &Path) -> String {
    format!(
        "the data directory {} can't be written: grant this user write access, or choose another with --data-dir",
        folder.display()
    )
}

/// Writes a file with mode 0600. The write is atomic, even across a power failure.
pub(crate) fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    let temp_path = path.with_extension("half");
    let mut file = create_secret_file(&temp_path)?;
    writeln!(file, "{secret}")?;
    persist(&temp_path, path)
}

/// Creates a temporary file with mode 0600. Deletes a leftover file first.
pub(crate) fn create_secret_file(temp_path: &Path) -> std::io::Result<File> {
    // A leftover file could have other permissions, or be a symlink.
    match fs::remove_file(temp_path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(temp_path)
}

/// Syncs a temporary file and renames it to its final path.
pub(crate) fn persist(temp_path: &Path, path: &Path) -> std::io::Result<()> {
    File::options().write(true).open(temp_path)?.sync_all()?;
    fs::rename(temp_path, path)?;
    // The rename must be on disk before anything is encrypted with a key in this file.
    match path.parent().map(File::open) {
        Some(Ok(folder)) => folder.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_file_is_private_and_leaves_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let elsewhere = tempfile::NamedTempFile::new().unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("master.half")).unwrap();
        write_secret(&path, "secret").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "secret\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(elsewhere.path()).unwrap(), "");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
    }
}
