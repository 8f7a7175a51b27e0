//! Fresh databases for tests, one each, on both engines.

use std::{
    env, fs,
    hash::{BuildHasher, Hasher, RandomState},
    path::PathBuf,
    sync::Arc,
};

use keywright_store::{Engine, Store};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, any::install_default_drivers};

use crate::EngineFixture;

/// A maintenance database on a PostgreSQL whose user may create databases; `cargo xtask test` starts one and sets this.
pub const POSTGRES_URL_VARIABLE: &str = "KEYWRIGHT_TEST_POSTGRES_URL";

/// An empty database that goes away with this value and its clones (on PostgreSQL: with the cluster that the tests run on).
#[derive(Clone)]
pub struct TestDatabase {
    url: String,
    /// The SQLite file's; on PostgreSQL there is none.
    folder: Option<Arc<tempfile::TempDir>>,
}

fn file_in(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("test.db")
}

impl TestDatabase {
    /// An empty database on that engine.
    pub async fn on(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::sqlite(),
            Engine::Postgres => Self::postgres().await,
        }
    }

    fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}?mode=rwc", file_in(&folder).display());
        Self {
            url,
            folder: Some(Arc::new(folder)),
        }
    }

    async fn postgres() -> Self {
        let maintenance = env::var(POSTGRES_URL_VARIABLE).unwrap_or_else(|_| {
            panic!("{POSTGRES_URL_VARIABLE} is not set: run the tests with `cargo xtask test rust`")
        });
        // A name that no other run on this server has drawn; the standard library seeds its hashers at random.
        let name = format!(
            "keywright_test_{:016x}",
            RandomState::new().build_hasher().finish()
        );
        install_default_drivers();
        let mut connection = AnyConnection::connect(&maintenance)
            .await
            .expect("PostgreSQL");
        let create = format!("CREATE DATABASE {name}");
        connection
            .execute(AssertSqlSafe(create))
            .await
            .expect("a database of its own");
        connection.close().await.expect("closed");
        let (server, _) = maintenance.rsplit_once('/').expect("a URL with a database");
        Self {
            url: format!("{server}/{name}"),
            folder: None,
        }
    }

    /// Its URL, for a server of its own.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// SQLite's file; none on PostgreSQL.
    pub fn file(&self) -> Option<PathBuf> {
        self.folder.as_deref().map(file_in)
    }

    /// Opens it.
    pub async fn open(&self) -> Store {
        Store::open(&self.url).await.expect("the test database")
    }

    /// Does to it what the product never does.
    pub async fn execute(&self, sql: &'static str) {
        self.try_execute(sql).await.expect("a statement");
    }

    /// Tries what the database itself may refuse; says why it did.
    pub async fn try_execute(&self, sql: &'static str) -> Result<(), String> {
        let mut connection = AnyConnection::connect(&self.url)
            .await
            .expect("the database");
        let done = connection.execute(sql).await;
        connection.close().await.expect("closed");
        done.map(drop).map_err(|error| error.to_string())
    }

    /// All that it keeps, to search: SQLite's files as they are, the log of writes among them; the rows of every table
    /// of PostgreSQL, as a dump has them.
    pub async fn everything_stored(&self) -> Vec<u8> {
        let Some(folder) = &self.folder else {
            return self.rows_of_every_table().await.into_bytes();
        };
        let files = fs::read_dir(folder.path()).expect("the folder");
        files
            .flat_map(|file| fs::read(file.expect("a file").path()).expect("its bytes"))
            .collect()
    }

    async fn rows_of_every_table(&self) -> String {
        let mut connection = AnyConnection::connect(&self.url).await.expect("PostgreSQL");
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
        let tables: Vec<String> = sqlx::query_scalar(tables)
            .fetch_all(&mut connection)
            .await
            .expect("its tables");
        let mut everything = String::new();
        for table in tables {
            let rows = AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
            let rows: Vec<String> = sqlx::query_scalar(rows)
                .fetch_all(&mut connection)
                .await
                .expect("its rows");
            everything.extend(rows);
        }
        connection.close().await.expect("closed");
        everything
    }
}

impl EngineFixture for TestDatabase {
    async fn on(engine: Engine) -> Self {
        Self::on(engine).await
    }
}
