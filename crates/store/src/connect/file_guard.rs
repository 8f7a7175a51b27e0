//! SQLite: detects that the open database file was moved, deleted or replaced.
//!
//! On Unix an open file outlives its name. Data that is then written to it is lost when the process
//! exits, and SQLite reports no error. The guard compares device and inode of the path with those
//! of the open file: between each commit and its reply, in readiness checks, and once a second.
//! Reads check only the last result.

use std::{
    fs::{self, Metadata},
    io,
    path::PathBuf,
    sync::{
        Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::AnyConnection;
use tokio::time::interval;

/// Interval of the background check, which limits how long reads from a missing file can continue.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Guards one open database file.
#[derive(Debug)]
pub(crate) struct DatabaseFileGuard {
    path: PathBuf,
    identity: Identity,
    /// Result of the last check. Only changes of the result are logged.
    is_missing: AtomicBool,
}

/// Device and inode. On other platforms, the guard checks only that the file exists.
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

impl DatabaseFileGuard {
    /// Creates a guard for the database file of the connection.
    pub(crate) async fn for_connection(
        connection: &mut AnyConnection,
    ) -> Result<Self, sqlx::Error> {
        let path: String =
            sqlx::query_scalar("SELECT file FROM pragma_database_list WHERE name = 'main'")
                .fetch_one(connection)
                .await?;
        Ok(Self::for_path(path.into())?)
    }

    fn for_path(path: PathBuf) -> io::Result<Self> {
        Ok(Self {
            identity: identity(&fs::metadata(&path)?),
            path,
            is_missing: AtomicBool::new(false),
        })
    }

    /// Checks every second until the guard is dropped.
    pub(crate) async fn check_periodically(guard: Weak<Self>) {
        let mut ticks = interval(CHECK_INTERVAL);
        loop {
            ticks.tick().await;
            let Some(guard) = guard.upgrade() else {
                return;
            };
            // The guard stores and logs the result.
            guard.ensure_present().ok();
        }
    }

    /// Checks the file now. The error is transient, because the file may be restored.
    pub(crate) fn ensure_present(&self) -> Result<(), sqlx::Error> {
        let found = self.compare();
        let was_missing = self.is_missing.swap(found.is_err(), Ordering::Relaxed);
        match &found {
            Err(error) if !was_missing => tracing::error!(
                %error,
                "database file is missing; rejecting reads and writes until it is restored (to serve another file, restart)"
            ),
            Ok(()) if was_missing => {
                tracing::info!(path = %self.path.display(), "database file was restored");
            }
            _ => {}
        }
        Ok(found?)
    }

    /// Fails if the last check did not find the file. Cheap enough for every read.
    pub(crate) fn ensure_not_missing(&self) -> Result<(), sqlx::Error> {
        if self.is_missing.load(Ordering::Relaxed) {
            return self.ensure_present();
        }
        Ok(())
    }

    fn compare(&self) -> io::Result<()> {
        let (kind, reason) = match fs::metadata(&self.path) {
            Ok(metadata) if identity(&metadata) == self.identity => return Ok(()),
            Ok(_) => (
                io::ErrorKind::NotFound,
                "it was replaced with another file".to_owned(),
            ),
            Err(error) => (error.kind(), error.to_string()),
        };
        let file = self.path.display();
        Err(io::Error::new(
            kind,
            format!("database file {file} is missing: {reason}"),
        ))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn moved_or_replaced_file_is_missing_until_restored() {
        let folder = tempfile::tempdir().unwrap();
        let (here, away) = (folder.path().join("here"), folder.path().join("away"));
        fs::write(&here, "one").unwrap();
        let guard = DatabaseFileGuard::for_path(here.clone()).unwrap();
        assert!(guard.ensure_present().is_ok());
        fs::write(&here, "changed").unwrap();
        assert!(
            guard.ensure_present().is_ok(),
            "the content does not matter"
        );
        fs::rename(&here, &away).unwrap();
        assert!(guard.ensure_not_missing().is_ok(), "not checked yet");
        assert!(guard.ensure_present().is_err());
        assert!(guard.ensure_not_missing().is_err());
        fs::copy(&away, &here).unwrap();
        assert!(guard.ensure_present().is_err(), "a copy has another inode");
        fs::rename(&away, &here).unwrap();
        assert!(
            guard.ensure_not_missing().is_ok(),
            "checked again while missing"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn periodic_check_detects_a_missing_file_and_stops_with_the_guard() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("here");
        fs::write(&file, "one").unwrap();
        let guard = std::sync::Arc::new(DatabaseFileGuard::for_path(file.clone()).unwrap());
        let checks = tokio::spawn(DatabaseFileGuard::check_periodically(
            std::sync::Arc::downgrade(&guard),
        ));
        tokio::time::sleep(CHECK_INTERVAL / 2).await;
        fs::remove_file(&file).unwrap();
        tokio::time::sleep(CHECK_INTERVAL).await;
        assert!(guard.is_missing.load(Ordering::Relaxed));
        drop(guard);
        checks.await.unwrap();
    }
}
