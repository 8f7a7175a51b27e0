//! The store: provides connections for reads and queues writes.

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use sqlx::{Any, pool::PoolConnection};

use crate::{
    ActivationSnapshot, ChangeBroadcaster, Engine, LastSeenUpdate, OpenError, SdkKeyUse,
    StoreError, Tx,
    changes::{Listener, Notifier},
    connect::{Connector, ReadPool, file_guard::DatabaseFileGuard},
    licenses::LookupBatcher,
    query::{QueryBuilder, RowReader},
    search::SearchIndex,
    write::Writer,
    write_behind::WriteBehind,
};

/// The database of a server. Cheap to clone; all clones share connections and the writer.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    readers: ReadPool,
    lookups: LookupBatcher,
    search_index: SearchIndex,
    writer: Writer,
    write_behind: WriteBehind,
    changes: ChangeBroadcaster,
    backend: Backend,
}

/// State that depends on the engine.
enum Backend {
    /// SQLite: a local file.
    Sqlite,
    /// PostgreSQL: a database that other servers may share.
    Postgres(PgChannels),
}

/// Current load of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreMetrics {
    pub connections_idle: usize,
    pub connections_in_use: usize,
    /// Units of work that wait for the writer (SQLite) or are in flight (PostgreSQL).
    pub pending_units: usize,
}

/// Exchange of changes between servers that share a database.
struct PgChannels {
    notifier: Notifier,
    listener: Listener,
}

impl Store {
    /// Opens the database at `url` (`sqlite:…` or `postgres:…`) and migrates its schema. Creates
    /// a missing SQLite file if the URL has `mode=rwc`.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let connector = Connector::new(url)?;
        connector.migrate().await?;
        let pool = connector.pool().await?;
        let search = connector.detect_search_index(&pool).await?;
        let mut readers = ReadPool {
            pool,
            file_guard: None,
        };
        let changes = ChangeBroadcaster::new();
        let (home, writer) = match connector.engine {
            Engine::Sqlite => {
                let guard = Arc::new(connector.open_file_guard(&readers.pool).await?);
                tokio::spawn(DatabaseFileGuard::check_periodically(Arc::downgrade(
                    &guard,
                )));
                readers.file_guard = Some(guard.clone());
                let writer = Writer::sqlite(connector.clone(), guard, changes.clone())
                    .map_err(|error| OpenError::Unreachable(error.into()))?;
                (Backend::Sqlite, writer)
            }
            Engine::Postgres => {
                let sender = Notifier::start(readers.pool.clone());
                let url = connector.url().to_owned();
                let listener = Listener::start(url, changes.clone(), &sender);
                let writer =
                    Writer::postgres(readers.pool.clone(), changes.clone(), sender.clone());
                (
                    Backend::Postgres(PgChannels {
                        notifier: sender,
                        listener,
                    }),
                    writer,
                )
            }
        };
        Ok(Self {
            inner: Arc::new(Inner {
                lookups: LookupBatcher::start(&connector, &readers),
                write_behind: WriteBehind::start(writer.clone()),
                readers,
                search_index: search,
                writer,
                changes,
                backend: home,
            }),
        })
    }

    /// Runs `work` as one unit. Its writes are committed together or rolled back together. After
    /// [`StoreError::Unavailable`], they may have been committed. The unit runs to completion even
    /// if the caller is dropped.
    ///
    /// On SQLite, waiting units share a commit. On PostgreSQL each is a separate transaction, so
    /// `work` must lock the license that it changes first ([`Tx::lock_license`]).
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        self.inner.writer.write(work).await
    }

    /// Records that a device received a lease. `activation` comes from the lookup. The record is
    /// usually written within 250 ms, together with others.
    pub fn record_last_seen(&self, update: LastSeenUpdate, activation: &ActivationSnapshot) {
        self.inner.write_behind.record_last_seen(update, activation);
    }

    /// Records that a device used an SDK key, in the same way as [`Store::record_last_seen`].
    pub fn record_sdk_key_use(&self, used: SdkKeyUse) {
        self.inner.write_behind.record_sdk_key_use(used);
    }

    /// Waits until all earlier updates from [`Store::record_last_seen`] and
    /// [`Store::record_sdk_key_use`] are written or have failed.
    pub async fn flush(&self) {
        self.inner.write_behind.flush().await;
    }

    /// Returns whether units of work run one at a time.
    pub fn serializes_writes(&self) -> bool {
        self.engine() == Engine::Sqlite
    }

    pub fn metrics(&self) -> StoreMetrics {
        let pool = &self.inner.readers.pool;
        let idle = pool.num_idle();
        StoreMetrics {
            connections_idle: idle,
            connections_in_use: (pool.size() as usize).saturating_sub(idle),
            pending_units: self.inner.writer.pending_len(),
        }
    }

    /// SQLite: updates the planner statistics for tables that have none or have grown tenfold, as
    /// SQLite recommends for long-lived connections. PostgreSQL does this
    /// automatically.
    pub async fn optimize(&self) -> Result<(), StoreError> {
        self.write(|tx| tx.optimize().boxed()).await
    }

    /// Checks that the database responds and, on SQLite, that its file is still in place.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if let Some(guard) = &self.inner.readers.file_guard {
            guard.ensure_present()?;
        }
        let mut connection = self.acquire_reader().await?;
        sqlx::query("SELECT 1").execute(&mut *connection).await?;
        Ok(())
    }

    /// Writes pending updates, notifies other servers and closes all connections.
    pub async fn close(&self) {
        self.flush().await;
        self.inner.writer.close().await;
        if let Backend::Postgres(others) = &self.inner.backend {
            others.listener.close();
            others.notifier.close().await;
        }
        self.inner.lookups.close().await;
        self.inner.readers.pool.close().await;
    }

    /// Returns the broadcaster of changes. Changes made by other processes usually arrive within
    /// half a second.
    pub fn changes(&self) -> &ChangeBroadcaster {
        &self.inner.changes
    }

    /// Returns whether search matches in the middle of words, rather than only at their
    /// beginning.
    pub fn supports_substring_search(&self) -> bool {
        self.inner.search_index
            != SearchIndex::Postgres {
                has_trigrams: false,
            }
    }

    pub(crate) fn engine(&self) -> Engine {
        match self.inner.backend {
            Backend::Sqlite => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) fn search_index(&self) -> SearchIndex {
        self.inner.search_index
    }

    pub(crate) async fn acquire_reader(&self) -> Result<PoolConnection<Any>, StoreError> {
        self.inner.readers.acquire().await
    }

    /// Runs a query and returns its column `counted`.
    pub(crate) async fn fetch_count(&self, sql: QueryBuilder) -> Result<u32, StoreError> {
        let rows = sql.fetch_all(&mut *self.acquire_reader().await?).await?;
        let counted = rows
            .first()
            .map(|row| RowReader::new("counts", row).get_u32("counted"));
        Ok(counted.transpose()?.unwrap_or(0))
    }

    pub(crate) fn lookups(&self) -> &LookupBatcher {
        &self.inner.lookups
    }
}
