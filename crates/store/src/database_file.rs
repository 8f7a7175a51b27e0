//! SQLite: whether the file that was opened still stands under its name.
//!
//! On Unix a file lives on for whoever has it open after it was deleted, moved away or replaced. What is written to it then is
//! gone when the process ends, and nothing else says so. So it is looked at before each use, and once more between a commit and
//! its answer: one look at a folder that is in memory, next to a commit that waits for the disk.

use std::{
    fs::{self, Metadata},
    io,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use sqlx::AnyConnection;

/// The file of a database that is open.
#[derive(Debug)]
pub(crate) struct DatabaseFile {
    path: PathBuf,
    identity: Identity,
    /// Whether the last look missed it: what changes is logged, not what lasts.
    is_missed: AtomicBool,
}

/// Which file it is, whatever its name: device and number. Elsewhere than on Unix an open file can't be taken away.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = ();

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {}

impl DatabaseFile {
    /// The file that a connection has open.
    pub(crate) async fn of(connection: &mut AnyConnection) -> Result<Self, sqlx::Error> {
        let path: String =
            sqlx::query_scalar("SELECT file FROM pragma_database_list WHERE name = 'main'")
                .fetch_one(connection)
                .await?;
        Ok(Self::at(path.into())?)
    }

    fn at(path: PathBuf) -> io::Result<Self> {
        Ok(Self {
            identity: identity(&fs::metadata(&path)?),
            path,
            is_missed: AtomicBool::new(false),
        })
    }

    /// An error that passes, while the file is gone or another stands in its place.
    pub(crate) fn is_in_place(&self) -> Result<(), sqlx::Error> {
        let found = self.look();
        if self.is_missed.swap(found.is_err(), Ordering::Relaxed) != found.is_err() {
            if let Err(error) = &found {
                tracing::error!(
                    "{error}. Nothing is read or written until it is put back; to serve another file, restart"
                );
            } else {
                tracing::info!("the database file {} is back", self.path.display());
            }
        }
        Ok(found?)
    }

    fn look(&self) -> io::Result<()> {
        let (kind, trouble) = match fs::metadata(&self.path) {
            Ok(metadata) if identity(&metadata) == self.identity => return Ok(()),
            Ok(_) => (
                io::ErrorKind::NotFound,
                "another file stands there".to_owned(),
            ),
            Err(error) => (error.kind(), error.to_string()),
        };
        let file = self.path.display();
        Err(io::Error::new(
            kind,
            format!("the database file {file} is missed: {trouble}"),
        ))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_again_and_another_is_not_taken_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let (here, away) = (folder.path().join("here"), folder.path().join("away"));
        fs::write(&here, "one").unwrap();
        let file = DatabaseFile::at(here.clone()).unwrap();
        assert!(file.is_in_place().is_ok());
        fs::write(&here, "changed").unwrap();
        assert!(file.is_in_place().is_ok(), "what is in it does not matter");
        fs::rename(&here, &away).unwrap();
        assert!(file.is_in_place().is_err());
        fs::copy(&away, &here).unwrap();
        assert!(file.is_in_place().is_err(), "a copy is another file");
        fs::rename(&away, &here).unwrap();
        assert!(file.is_in_place().is_ok());
    }
}
