//! From a URL to tuned connections and a database of the right shape.

pub(crate) mod file_guard;
mod migrations;
pub(crate) mod wal_checkpoint;

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use sqlx::{
    Any, AnyConnection, AnyPool, Connection, Executor,
    any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers},
    error::{DatabaseError, ErrorKind},
    migrate::MigrateError,
    pool::PoolConnection,
};

use self::{
    file_guard::DatabaseFileGuard,
    migrations::{POSTGRES_MIGRATIONS, SQLITE_MIGRATIONS},
};
use crate::{Engine, StoreError, search::SearchIndex};

/// Connections that read at the same time. SQLite reads don't wait for one another; more than the
/// cores only queue.
const SQLITE_READERS: u32 = 8;

/// Connections of one server to PostgreSQL, whose own default limit is 100 for all its clients.
const POSTGRES_CONNECTIONS: u32 = 16;

/// How long a request waits for a free connection before it is told that the database is
/// unavailable. Clients give up after 15 s.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Why the database can't be opened: a sentence for the person who started the server. No URL is in
/// it, for a URL may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither `sqlite:` nor `postgres:`.
    #[error("The database URL must begin with sqlite: or postgres:")]
    UnknownEngine,
    /// No connection.
    #[error(
        "The database can't be reached: {0}. Check the database URL, and that the database is running and lets this user in"
    )]
    Unreachable(#[source] sqlx::Error),
    /// A file that is no database, or a damaged one.
    #[error(
        "The database file is damaged or no SQLite database: {0}. Restore a backup, or name another file"
    )]
    Broken(#[source] sqlx::Error),
    /// A database file whose parts contradict one another.
    #[error("The database file is damaged: {0}. Take another backup")]
    Damaged(String),
    /// Made by a newer version of this program.
    #[error(
        "The database was made by a newer version of Keywright (its schema is at {0}). Start that version, or restore a backup from before the upgrade"
    )]
    Newer(i64),
    /// The schema could not be brought up to date.
    #[error("The database could not be brought up to date: {0}")]
    Migration(#[source] MigrateError),
}

/// The settings that every connection of an engine starts with.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) engine: Engine,
    options: AnyConnectOptions,
}

/// Where connections to read with come from.
#[derive(Clone)]
pub(crate) struct Readers {
    pub(crate) pool: AnyPool,
    /// SQLite only.
    pub(crate) file_guard: Option<Arc<DatabaseFileGuard>>,
}

impl Readers {
    pub(crate) async fn read(&self) -> Result<PoolConnection<Any>, StoreError> {
        if let Some(guard) = &self.file_guard {
            guard.ensure_not_missing()?;
        }
        Ok(self.pool.acquire().await?)
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}

impl Connector {
    pub(crate) fn new(url: &str) -> Result<Self, OpenError> {
        install_default_drivers();
        let engine = Engine::of(url).ok_or(OpenError::UnknownEngine)?;
        let options = url.parse().map_err(OpenError::Unreachable)?;
        Ok(Self { engine, options })
    }

    /// The database's URL, for a connection that is none of `Any`'s. It may hold a password.
    pub(crate) fn url(&self) -> &str {
        self.options.database_url.as_str()
    }

    /// One connection that may write.
    pub(crate) async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = AnyConnection::connect_with(&self.options).await?;
        if self.engine == Engine::Sqlite {
            connection.execute(SQLITE_TUNING).await?;
        }
        Ok(connection)
    }

    /// The one connection that writes to SQLite while a server runs.
    pub(crate) async fn connect_writer(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = self.connect().await?;
        connection.execute(SQLITE_WRITER_TUNING).await?;
        Ok(connection)
    }

    /// A connection for lookups.
    pub(crate) async fn connect_lookups(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = self.connect().await?;
        match self.engine {
            Engine::Sqlite => connection.execute(SQLITE_LOOKUP_TUNING).await?,
            Engine::Postgres => connection.execute(POSTGRES_TUNING).await?,
        };
        Ok(connection)
    }

    /// One connection that leaves the file as it is but for what it is told: no log is begun beside
    /// it.
    pub(crate) async fn connect_plainly(&self) -> Result<AnyConnection, sqlx::Error> {
        AnyConnection::connect_with(&self.options).await
    }

    /// Brings the schema up to date over a connection of its own.
    pub(crate) async fn migrate(&self) -> Result<(), OpenError> {
        let mut connection = self.connect().await.map_err(|error| self.explain(error))?;
        let migrations = match self.engine {
            Engine::Sqlite => &SQLITE_MIGRATIONS,
            Engine::Postgres => &POSTGRES_MIGRATIONS,
        };
        let migrated = migrations.run_direct(None, &mut connection, false).await;
        connection.close().await.ok();
        migrated.map_err(|error| match error {
            MigrateError::VersionMissing(version) => OpenError::Newer(version),
            MigrateError::Execute(error) if !is_about_rows(&error) => self.explain(error),
            other => OpenError::Migration(other),
        })
    }

    /// The pool that reads; on PostgreSQL it writes too.
    pub(crate) async fn pool(&self) -> Result<AnyPool, OpenError> {
        let engine = self.engine;
        AnyPoolOptions::new()
            .max_connections(match engine {
                Engine::Sqlite => SQLITE_READERS,
                Engine::Postgres => POSTGRES_CONNECTIONS,
            })
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // A ping before each use costs a round trip; lookups, of which there are most, have
            // connections of their own.
            .test_before_acquire(engine == Engine::Postgres)
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    match engine {
                        Engine::Sqlite => {
                            connection.execute(SQLITE_TUNING).await?;
                            connection.execute("PRAGMA query_only = ON").await?;
                        }
                        Engine::Postgres => {
                            connection.execute(POSTGRES_TUNING).await?;
                        }
                    }
                    Ok(())
                })
            })
            .connect_with(self.options.clone())
            .await
            .map_err(|error| self.explain(error))
    }

    /// How the database, which is up to date, finds terms.
    pub(crate) async fn search_index(&self, pool: &AnyPool) -> Result<SearchIndex, OpenError> {
        let found = async {
            let mut connection = pool.acquire().await?;
            SearchIndex::of(self.engine, &mut connection).await
        };
        found.await.map_err(|error| self.explain(error))
    }

    /// SQLite: guards the file that the pool has open.
    pub(crate) async fn file_guard(&self, pool: &AnyPool) -> Result<DatabaseFileGuard, OpenError> {
        let found = async { DatabaseFileGuard::of(&mut *pool.acquire().await?).await };
        found.await.map_err(|error| self.explain(error))
    }

    pub(crate) fn explain(&self, error: sqlx::Error) -> OpenError {
        const SQLITE_CORRUPT: &str = "11";
        const SQLITE_NOT_A_DATABASE: &str = "26";
        let code = error
            .as_database_error()
            .and_then(|error| error.code().map(Cow::into_owned));
        match code.as_deref() {
            Some(SQLITE_CORRUPT | SQLITE_NOT_A_DATABASE) if self.engine == Engine::Sqlite => {
                OpenError::Broken(error)
            }
            _ => OpenError::Unreachable(error),
        }
    }
}

/// Whether rows that are there contradict what is asked of them.
fn is_about_rows(error: &sqlx::Error) -> bool {
    let kind = error.as_database_error().map(DatabaseError::kind);
    matches!(
        kind,
        Some(
            ErrorKind::ForeignKeyViolation
                | ErrorKind::UniqueViolation
                | ErrorKind::CheckViolation
                | ErrorKind::NotNullViolation
        )
    )
}

/// The version of the last migration: a database that is past it was made by a newer program.
pub(crate) fn newest_schema() -> i64 {
    let versions = SQLITE_MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}

/// Readers beside one writer (WAL), durable at every commit (FULL), references kept, and 5 s of
/// patience with a tool that writes beside the server.
const SQLITE_TUNING: &str = "PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA busy_timeout = 5000;";

/// The upper levels of all indexes of a million licenses stay in memory: 48 MiB; the default of 2
/// MiB would be read over and over. Copies for savepoints go into no file. Checkpoints run in the
/// background ([`wal_checkpoint`]); what they leave is copied once the log has 64 MiB.
const SQLITE_WRITER_TUNING: &str = "PRAGMA cache_size = -49152;
PRAGMA wal_autocheckpoint = 16384;
PRAGMA temp_store = MEMORY;";

/// 4 MiB: about the upper levels of the indexes that lookups read. A larger cache fills with pages
/// that are read once and push each other out of the processor's caches, which costs more than
/// reading some again.
const SQLITE_LOOKUP_TUNING: &str = "PRAGMA cache_size = -4096;
PRAGMA query_only = ON;";

/// Nobody waits longer for a row that somebody else holds than a request may take, and a server
/// that vanishes in the middle of a unit of work holds its rows for ten seconds at most.
const POSTGRES_TUNING: &str = "SET lock_timeout = '4s';
SET idle_in_transaction_session_timeout = '10s';";

#[cfg(test)]
mod tests {
    use super::*;

    /// A killed process loses nothing either way; a power cut can't be tried here, so what SQLite
    /// waits for is asked.
    #[tokio::test]
    async fn what_writes_to_sqlite_waits_for_the_disk_and_keeps_references() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.db");
        let url = format!("sqlite:{}?mode=rwc", file.display());
        let mut connection = Connector::new(&url).unwrap().connect().await.unwrap();
        for (pragma, expected) in [("PRAGMA synchronous", 2), ("PRAGMA foreign_keys", 1)] {
            let set: i64 = sqlx::query_scalar(pragma)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            assert_eq!(set, expected, "{pragma}");
        }
    }
}
