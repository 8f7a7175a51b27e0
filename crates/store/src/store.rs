//! The store: provides connections for reads and queues writes.

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use sqlx::{Any, pool::PoolConnection};

use crate::{
    ActivationSnapshot, Changes, Engine, LastSeenUpdate, OpenError, SdkKeyUse, StoreError, Tx,
    changes::{Listener, Sender},
    connect::{Connector, Readers, file_guard::DatabaseFileGuard},
    licenses::LookupBatcher,
    query::{Fields, Sql},
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
    readers: Readers,
    lookups: LookupBatcher,
    search: SearchIndex,
    writer: Writer,
    write_behind: WriteBehind,
    changes: Changes,
    home: Home,
}

/// State that depends on the engine.
enum Home {
    /// SQLite: a local file.
    File,
    /// PostgreSQL: a database that other servers may share.
    Shared(Others),
}

/// Current load of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    pub connections_idle: usize,
    pub connections_in_use: usize,
    /// Units of work that wait for the writer (SQLite) or are in flight (PostgreSQL).
    pub units_waiting: usize,
}

/// Exchange of changes between servers on one database.
struct Others {
    sender: Sender,
    listener: Listener,
}

impl Store {
    /// Opens the database at `url` (`sqlite:…` or `postgres:…`) and migrates its schema. Creates
    /// a missing SQLite file if the URL has `mode=rwc`.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let connector = Connector::new(url)?;
        connector.migrate().await?;
        let pool = connector.pool().await?;
        let search = connector.search_index(&pool).await?;
        let mut readers = Readers {
            pool,
            file_guard: None,
        };
        let changes = Changes::new();
        let (home, writer) = match connector.engine {
            Engine::Sqlite => {
                let guard = Arc::new(connector.file_guard(&readers.pool).await?);
                tokio::spawn(DatabaseFileGuard::check_periodically(Arc::downgrade(
                    &guard,
                )));
                readers.file_guard = Some(guard.clone());
                let writer = Writer::sqlite(connector.clone(), guard, changes.clone())
                    .map_err(|error| OpenError::Unreachable(error.into()))?;
                (Home::File, writer)
            }
            Engine::Postgres => {
                let sender = Sender::start(readers.pool.clone());
                let url = connector.url().to_owned();
                let listener = Listener::start(url, changes.clone(), &sender);
                let writer =
                    Writer::postgres(readers.pool.clone(), changes.clone(), sender.clone());
                (Home::Shared(Others { sender, listener }), writer)
            }
        };
        Ok(Self {
            inner: Arc::new(Inner {
                lookups: LookupBatcher::start(&connector, &readers),
                write_behind: WriteBehind::start(writer.clone()),
                readers,
                search,
                writer,
                changes,
                home,
            }),
        })
    }

    /// Runs `work` as one unit. Returns after either all of its writes are committed or all are
    /// rolled back. The unit runs to its end even if the caller is dropped.
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

    /// Records that a device received a lease. `activation` comes from the lookup. Written within
    /// 250 ms, together with other updates.
    pub fn record_last_seen(&self, update: LastSeenUpdate, activation: &ActivationSnapshot) {
        self.inner.write_behind.record_last_seen(update, activation);
    }

    /// Records that a device used an SDK key, in the same way as [`Store::record_last_seen`].
    pub fn record_sdk_key_use(&self, used: SdkKeyUse) {
        self.inner.write_behind.record_sdk_key_use(used);
    }

    /// Waits until all updates from [`Store::record_last_seen`] and [`Store::record_sdk_key_use`]
    /// so far are written.
    pub async fn flush(&self) {
        self.inner.write_behind.flush().await;
    }

    /// Returns whether units of work run one at a time.
    pub fn serializes_writes(&self) -> bool {
        self.engine() == Engine::Sqlite
    }

    pub fn load(&self) -> Load {
        let pool = &self.inner.readers.pool;
        let idle = pool.num_idle();
        Load {
            connections_idle: idle,
            connections_in_use: (pool.size() as usize).saturating_sub(idle),
            units_waiting: self.inner.writer.waiting(),
        }
    }

    /// SQLite: updates planner statistics of tables that have none or have grown tenfold, as
    /// SQLite recommends for long-lived connections. PostgreSQL does so automatically.
    pub async fn optimize(&self) -> Result<(), StoreError> {
        self.write(|tx| tx.optimize().boxed()).await
    }

    /// Checks that the database responds.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if let Some(guard) = &self.inner.readers.file_guard {
            guard.ensure_present()?;
        }
        let mut connection = self.read().await?;
        sqlx::query("SELECT 1").execute(&mut *connection).await?;
        Ok(())
    }

    /// Writes pending updates, notifies other servers and closes all connections.
    pub async fn close(&self) {
        self.flush().await;
        self.inner.writer.close().await;
        if let Home::Shared(others) = &self.inner.home {
            others.listener.close();
            others.sender.close().await;
        }
        self.inner.lookups.close().await;
        self.inner.readers.pool.close().await;
    }

    /// Returns the broadcaster of changes. Changes by other processes arrive within half a
    /// second.
    pub fn changes(&self) -> &Changes {
        &self.inner.changes
    }

    /// Returns whether search matches in the middle of words, rather than only at their
    /// beginning.
    pub fn supports_substring_search(&self) -> bool {
        self.inner.search
            != SearchIndex::Postgres {
                has_trigrams: false,
            }
    }

    pub(crate) fn engine(&self) -> Engine {
        match self.inner.home {
            Home::File => Engine::Sqlite,
            Home::Shared(_) => Engine::Postgres,
        }
    }

    pub(crate) fn search_index(&self) -> SearchIndex {
        self.inner.search
    }

    pub(crate) async fn read(&self) -> Result<PoolConnection<Any>, StoreError> {
        self.inner.readers.read().await
    }

    /// Runs a query and returns its column `counted`.
    pub(crate) async fn fetch_count(&self, sql: Sql) -> Result<u32, StoreError> {
        let rows = sql.fetch_all(&mut *self.read().await?).await?;
        let counted = rows
            .first()
            .map(|row| Fields::new("counts", row).count("counted"));
        Ok(counted.transpose()?.unwrap_or(0))
    }

    pub(crate) fn lookups(&self) -> &LookupBatcher {
        &self.inner.lookups
    }
}
