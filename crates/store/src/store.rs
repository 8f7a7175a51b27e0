//! The store: where reads get a connection and writes become jobs.

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

/// Everything that Keywright keeps. Cheap to clone; all clones share connections and the writer.
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

/// What is looked after beside the rows.
enum Home {
    /// SQLite: a file of this machine.
    File,
    /// PostgreSQL: other servers may share the database.
    Shared(Others),
}

/// How busy the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Connections that are open and free.
    pub connections_idle: usize,
    /// Connections that somebody uses.
    pub connections_in_use: usize,
    /// Units of work that wait for the writer, on SQLite; that are under way, on PostgreSQL.
    pub units_waiting: usize,
}

/// How servers on one database hear of each other's changes.
struct Others {
    sender: Sender,
    listener: Listener,
}

impl Store {
    /// Opens the database that `url` names (`sqlite:…` or `postgres:…`), makes it if it is a missing SQLite file and
    /// the URL says `mode=rwc`, and brings its schema up to date.
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

    /// Runs `work` as one unit: all of it is kept, and then it is answered, or none of it. It goes on to its end even
    /// when the caller stops waiting.
    ///
    /// On SQLite, jobs that wait at the same time are committed together; on PostgreSQL each is a transaction of its
    /// own, so `work` locks the license it changes first ([`Tx::lock_license`]).
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t, 'c> FnOnce(&'t mut Tx<'c>) -> BoxFuture<'t, Result<T, E>> + Send + 'static,
    {
        self.inner.writer.write(work).await
    }

    /// Records that a device was given a lease, which a lookup found as `activation`. It is on disk
    /// within 250 ms, together with others.
    pub fn record_last_seen(&self, update: LastSeenUpdate, activation: &ActivationSnapshot) {
        self.inner.write_behind.record_last_seen(update, activation);
    }

    /// Records that a device used an SDK key, like [`Store::record_last_seen`].
    pub fn record_sdk_key_use(&self, used: SdkKeyUse) {
        self.inner.write_behind.record_sdk_key_use(used);
    }

    /// Waits until everything is written that [`Store::record_last_seen`] and
    /// [`Store::record_sdk_key_use`] recorded so far.
    pub async fn flush(&self) {
        self.inner.write_behind.flush().await;
    }

    /// Compacts the validation log in small parts.
    #[cfg(feature = "testing")]
    pub async fn compact_validations(&self) -> Result<(), StoreError> {
        use crate::write_behind::{CompactionLimits, compact_all};

        const LIMITS: CompactionLimits = CompactionLimits {
            segment_rows: 64,
            part_rows: 16,
        };
        self.flush().await;
        if !self.inner.writer.has_validation_log() {
            return Ok(());
        }
        compact_all(&self.inner.writer, LIMITS).await
    }

    /// Whether units of work run one after another, whatever they write.
    pub fn serializes_writes(&self) -> bool {
        self.engine() == Engine::Sqlite
    }

    /// How busy the database is at this moment.
    pub fn load(&self) -> Load {
        let pool = &self.inner.readers.pool;
        let idle = pool.num_idle();
        Load {
            connections_idle: idle,
            connections_in_use: (pool.size() as usize).saturating_sub(idle),
            units_waiting: self.inner.writer.waiting(),
        }
    }

    /// SQLite: gathers planner statistics of tables that have none or have grown tenfold, as SQLite
    /// recommends for connections that stay open. PostgreSQL does it unasked.
    pub async fn optimize(&self) -> Result<(), StoreError> {
        self.write(|tx| tx.optimize().boxed()).await
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if let Some(guard) = &self.inner.readers.file_guard {
            guard.ensure_present()?;
        }
        let mut connection = self.read().await?;
        sqlx::query("SELECT 1").execute(&mut *connection).await?;
        Ok(())
    }

    /// Writes what is still to be written, tells other servers of it and closes every connection.
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

    /// What changes, to be watched: here and, within half a second, wherever else it is written to the same database.
    pub fn changes(&self) -> &Changes {
        &self.inner.changes
    }

    /// Whether a search finds what stands in the middle of a word; else only what stands at the beginning of one.
    pub fn supports_substring_search(&self) -> bool {
        self.inner.search
            != SearchIndex::Postgres {
                has_trigrams: false,
            }
    }

    /// Which engine this is.
    pub(crate) fn engine(&self) -> Engine {
        match self.inner.home {
            Home::File => Engine::Sqlite,
            Home::Shared(_) => Engine::Postgres,
        }
    }

    /// How this database finds terms.
    pub(crate) fn search_index(&self) -> SearchIndex {
        self.inner.search
    }

    /// A connection to read with.
    pub(crate) async fn read(&self) -> Result<PoolConnection<Any>, StoreError> {
        self.inner.readers.read().await
    }

    /// The number that the statement calls `counted`.
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
