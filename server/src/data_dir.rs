//! The data folder, and the files in it that only their owner may read.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use anyhow::Context;

/// Makes the folder of a file, for its owner alone: it holds hashes, sealed keys and the key that opens them.
pub(crate) fn make_folder(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().context("The path of the database is empty")?;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).with_context(|| unwritable(folder))
}

pub(crate) fn unwritable(folder: &Path) -> String {
    format!(
        "The data folder {} can't be written. Give this user the right to, or name another with --data-dir",
        folder.display()
    )
}

/// Writes a new file that only its owner may read, whole or not at all, power cuts included.
pub(crate) fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    let half = path.with_extension("half");
    let mut file = new_secret_file(&half)?;
    writeln!(file, "{secret}")?;
    finish(&half, path)
}

/// Begins a file that only its owner may read.
pub(crate) fn new_secret_file(half: &Path) -> std::io::Result<File> {
    // What was left there, or put there, has other rights, or is a link to elsewhere.
    match fs::remove_file(half) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = File::options();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(half)
}

/// Gives a file that is written its name, once it is on the disk.
pub(crate) fn finish(half: &Path, path: &Path) -> std::io::Result<()> {
    File::options().write(true).open(half)?.sync_all()?;
    fs::rename(half, path)?;
    // The name, too, must have reached the disk before anything is sealed with the key.
    match path.parent().map(File::open) {
        Some(Ok(folder)) => folder.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_readable_by_its_owner_only_and_leaves_nothing_else() {
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
