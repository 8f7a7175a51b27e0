//! The store: where reads get a connection and writes become jobs.

use std::sync::Arc;

use futures::future::BoxFuture;
use sqlx::{Any, pool::PoolConnection};

use crate::{
    Changes, Engine, KnownDevice, OpenError, SdkKeyUse, StoreError, Touch, Tx,
    changes::{Listener, Sender},
    connect::{Connector, Readers},
    looks::Looks,
    search::SearchIndex,
    touches::Touches,
    writer::Writer,
};

/// Everything that Keywright keeps. Cheap to clone; all clones share connections and the writer.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    readers: Readers,
    looks: Looks,
    search: SearchIndex,
    writer: Writer,
    touches: Touches,
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
        let mut readers = Readers { pool, file: None };
        let changes = Changes::new();
        let (home, writer) = match connector.engine {
            Engine::Sqlite => {
                let file = Arc::new(connector.file(&readers.pool).await?);
                readers.file = Some(file.clone());
                let writer = Writer::queued(connector.clone(), file, changes.clone())
                    .map_err(|error| OpenError::Unreachable(error.into()))?;
                (Home::File, writer)
            }
            Engine::Postgres => {
                let sender = Sender::start(readers.pool.clone());
                let url = connector.url().to_owned();
                let listener = Listener::start(url, changes.clone(), &sender);
                let writer = Writer::direct(readers.pool.clone(), changes.clone(), sender.clone());
                (Home::Shared(Others { sender, listener }), writer)
            }
        };
        let touches = Touches::start(writer.clone());
        Ok(Self {
            inner: Arc::new(Inner {
                looks: Looks::start(&connector, &readers),
                readers,
                search,
                writer,
                touches,
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

    /// Notes that an instance was seen, which is known as `device`; it reaches the disk within 250 ms, together with others.
    pub fn touch(&self, touch: Touch, device: &KnownDevice) {
        self.inner.touches.add(touch, device);
    }

    /// Notes that a device came with an SDK key; it reaches the disk like [`Store::touch`].
    pub fn touch_sdk_key(&self, used: SdkKeyUse) {
        self.inner.touches.add_sdk_key_use(used);
    }

    /// Writes what [`Store::touch`] and [`Store::touch_sdk_key`] noted so far.
    pub async fn flush_touches(&self) {
        self.inner.touches.flush().await;
    }

    /// Puts what was noted about devices into its place, a few at once, as happens from time to time.
    #[cfg(feature = "testing")]
    pub async fn settle_validations(&self) -> Result<(), StoreError> {
        const PACE: crate::touches::Pace = crate::touches::Pace {
            sorted: 64,
            at_once: 16,
        };
        self.flush_touches().await;
        if !self.inner.writer.keeps_a_log() {
            return Ok(());
        }
        crate::touches::settle_all(&self.inner.writer, PACE).await
    }

    /// Whether a unit of work waits until all before it are done, whatever it writes.
    pub fn writes_in_turn(&self) -> bool {
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

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut connection = self.read().await?;
        sqlx::query("SELECT 1").execute(&mut *connection).await?;
        Ok(())
    }

    /// Writes what is still to be written, tells other servers of it and closes every connection.
    pub async fn close(&self) {
        self.flush_touches().await;
        self.inner.writer.close().await;
        if let Home::Shared(others) = &self.inner.home {
            others.listener.close();
            others.sender.close().await;
        }
        self.inner.looks.close().await;
        self.inner.readers.pool.close().await;
    }

    /// What changes, to be watched: here and, within half a second, wherever else it is written to the same database.
    pub fn changes(&self) -> &Changes {
        &self.inner.changes
    }

    /// Whether a search finds what stands in the middle of a word; else only what stands at the beginning of one.
    pub fn finds_parts_of_words(&self) -> bool {
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

    pub(crate) fn looks(&self) -> &Looks {
        &self.inner.looks
    }
}
