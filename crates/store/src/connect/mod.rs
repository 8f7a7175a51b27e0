//! Opens tuned connections and migrates the schema.

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

/// Maximum number of concurrent readers. SQLite reads don't block one another, but more readers
/// than cores add no throughput.
const MAX_SQLITE_READERS: u32 = 8;

/// Maximum number of PostgreSQL connections per server. PostgreSQL's default limit is 100 for all
/// clients.
const MAX_POSTGRES_CONNECTIONS: u32 = 16;

/// How long a request waits for a free connection before it fails as unavailable. Clients time out
/// after 15 s.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Why a database can't be opened, for the person who starts the server. Contains no URL, because
/// a URL may contain a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither `sqlite:` nor `postgres:`.
    #[error("the database URL must begin with sqlite: or postgres:")]
    UnknownEngine,
    #[error(
        "can't reach the database: {0}. Check the database URL, and that the database is running and accepts this user"
    )]
    Unreachable(#[source] sqlx::Error),
    /// Damaged, or not a SQLite database.
    #[error(
        "the database file is damaged or not a SQLite database: {0}. Restore a backup, or use another file"
    )]
    InvalidFile(#[source] sqlx::Error),
    /// SQLite's integrity check failed.
    #[error("the database file is damaged: {0}. Use another backup")]
    IntegrityCheckFailed(String),
    /// The schema is newer than this program.
    #[error(
        "the database belongs to a newer version of Keywright (schema version {0}). Run that version, or restore a backup from before the upgrade"
    )]
    NewerSchema(i64),
    #[error("can't migrate the database: {0}")]
    Migration(#[source] MigrateError),
}

/// Opens connections with the settings of their engine.
#[derive(Clone)]
pub(crate) struct Connector {
    pub(crate) engine: Engine,
    options: AnyConnectOptions,
}

/// Source of connections for reads.
#[derive(Clone)]
pub(crate) struct ReadPool {
    pub(crate) pool: AnyPool,
    /// SQLite only.
    pub(crate) file_guard: Option<Arc<DatabaseFileGuard>>,
}

impl ReadPool {
    pub(crate) async fn acquire(&self) -> Result<PoolConnection<Any>, StoreError> {
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
        let engine = Engine::from_url(url).ok_or(OpenError::UnknownEngine)?;
        let options = url.parse().map_err(OpenError::Unreachable)?;
        Ok(Self { engine, options })
    }

    /// Returns the URL, for connections that are not of type `Any`. It may contain a password.
    pub(crate) fn url(&self) -> &str {
        self.options.database_url.as_str()
    }

    /// Opens a connection that can write.
    pub(crate) async fn connect(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = AnyConnection::connect_with(&self.options).await?;
        if self.engine == Engine::Sqlite {
            connection.execute(SQLITE_TUNING).await?;
        }
        Ok(connection)
    }

    /// Opens the only connection of a running server that writes to SQLite.
    pub(crate) async fn connect_writer(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = self.connect().await?;
        connection.execute(SQLITE_WRITER_TUNING).await?;
        Ok(connection)
    }

    pub(crate) async fn connect_lookups(&self) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = self.connect().await?;
        match self.engine {
            Engine::Sqlite => connection.execute(SQLITE_LOOKUP_TUNING).await?,
            Engine::Postgres => connection.execute(POSTGRES_TUNING).await?,
        };
        Ok(connection)
    }

    /// Opens a connection without tuning, which would create a WAL next to the file.
    pub(crate) async fn connect_untuned(&self) -> Result<AnyConnection, sqlx::Error> {
        AnyConnection::connect_with(&self.options).await
    }

    /// Migrates the schema over a separate connection.
    pub(crate) async fn migrate(&self) -> Result<(), OpenError> {
        let mut connection = self
            .connect()
            .await
            .map_err(|error| self.to_open_error(error))?;
        let migrations = match self.engine {
            Engine::Sqlite => &SQLITE_MIGRATIONS,
            Engine::Postgres => &POSTGRES_MIGRATIONS,
        };
        let migrated = migrations.run_direct(None, &mut connection, false).await;
        connection.close().await.ok();
        migrated.map_err(|error| match error {
            MigrateError::VersionMissing(version) => OpenError::NewerSchema(version),
            MigrateError::Execute(error) if !is_constraint_violation(&error) => {
                self.to_open_error(error)
            }
            other => OpenError::Migration(other),
        })
    }

    /// Returns the pool for reads and, on PostgreSQL, for writes.
    pub(crate) async fn pool(&self) -> Result<AnyPool, OpenError> {
        let engine = self.engine;
        AnyPoolOptions::new()
            .max_connections(match engine {
                Engine::Sqlite => MAX_SQLITE_READERS,
                Engine::Postgres => MAX_POSTGRES_CONNECTIONS,
            })
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // A ping costs a round trip per use. Lookups, the most frequent queries, use other
            // connections.
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
            .map_err(|error| self.to_open_error(error))
    }

    /// Detects which search index the database has. Run migrations first.
    pub(crate) async fn detect_search_index(
        &self,
        pool: &AnyPool,
    ) -> Result<SearchIndex, OpenError> {
        let found = async {
            let mut connection = pool.acquire().await?;
            SearchIndex::detect(self.engine, &mut connection).await
        };
        found.await.map_err(|error| self.to_open_error(error))
    }

    /// SQLite: creates a guard for the pool's database file.
    pub(crate) async fn open_file_guard(
        &self,
        pool: &AnyPool,
    ) -> Result<DatabaseFileGuard, OpenError> {
        let found = async { DatabaseFileGuard::for_connection(&mut *pool.acquire().await?).await };
        found.await.map_err(|error| self.to_open_error(error))
    }

    pub(crate) fn to_open_error(&self, error: sqlx::Error) -> OpenError {
        const SQLITE_CORRUPT: &str = "11";
        const SQLITE_NOT_A_DATABASE: &str = "26";
        let code = error
            .as_database_error()
            .and_then(|error| error.code().map(Cow::into_owned));
        match code.as_deref() {
            Some(SQLITE_CORRUPT | SQLITE_NOT_A_DATABASE) if self.engine == Engine::Sqlite => {
                OpenError::InvalidFile(error)
            }
            _ => OpenError::Unreachable(error),
        }
    }
}

/// Returns whether existing rows violate a constraint.
fn is_constraint_violation(error: &sqlx::Error) -> bool {
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

/// Returns the version of the last migration. A database with a higher version was migrated by a
/// newer program.
pub(crate) fn latest_schema_version() -> i64 {
    let versions = SQLITE_MIGRATIONS.iter().map(|migration| migration.version);
    versions.max().unwrap_or_default()
}

/// WAL lets reads run during a write, and FULL makes every commit durable. Writes wait up to 5 s
/// for a tool that is writing to the same file.
const SQLITE_TUNING: &str = "PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA busy_timeout = 5000;";

/// A cache of 48 MiB keeps the upper levels of all indexes of a million licenses in memory; with
/// the default of 2 MiB they would be reread repeatedly. Savepoint copies stay in memory.
/// Checkpoints run in the background ([`wal_checkpoint`]); the automatic checkpoint copies the rest
/// once the WAL reaches 64 MiB.
const SQLITE_WRITER_TUNING: &str = "PRAGMA cache_size = -49152;
PRAGMA wal_autocheckpoint = 16384;
PRAGMA temp_store = MEMORY;";

/// A cache of 4 MiB holds roughly the upper levels of the indexes that lookups read. A larger cache
/// fills with pages that are read once and evict others from the CPU caches, which costs more than
/// rereading some pages.
const SQLITE_LOOKUP_TUNING: &str = "PRAGMA cache_size = -4096;
PRAGMA query_only = ON;";

/// Lock waits end before a request times out. If a server disappears in the middle of a unit of
/// work, its locks are released after 10 s.
const POSTGRES_TUNING: &str = "SET lock_timeout = '4s';
SET idle_in_transaction_session_timeout = '10s';";

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the settings, because a test can't simulate a power failure.
    #[tokio::test]
    async fn sqlite_connections_sync_commits_and_enforce_foreign_keys() {
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
