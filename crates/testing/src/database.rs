//! A fresh database per test, on either engine.

use std::{
    env, fs,
    hash::{BuildHasher, Hasher, RandomState},
    path::PathBuf,
    sync::Arc,
};

use keywright_store::{Engine, Store};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, any::install_default_drivers};

use crate::EngineFixture;

/// Environment variable with the URL of a PostgreSQL maintenance database whose user may create
/// databases. `cargo xtask test` starts a server and sets it.
pub const POSTGRES_URL_ENV: &str = "KEYWRIGHT_TEST_POSTGRES_URL";

/// A dedicated database for one test. On SQLite, it is deleted with the last clone; on PostgreSQL,
/// with the test cluster.
#[derive(Clone)]
pub struct TestDatabase {
    url: String,
    /// Directory of the SQLite file; `None` on PostgreSQL.
    dir: Option<Arc<tempfile::TempDir>>,
}

fn database_path(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("test.db")
}

impl TestDatabase {
    /// Creates an empty database on `engine`.
    pub async fn create(engine: Engine) -> Self {
        match engine {
            Engine::Sqlite => Self::create_sqlite(),
            Engine::Postgres => Self::create_postgres().await,
        }
    }

    fn create_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("failed to create a temporary directory");
        let url = format!("sqlite:{}?mode=rwc", database_path(&folder).display());
        Self {
            url,
            dir: Some(Arc::new(folder)),
        }
    }

    async fn create_postgres() -> Self {
        let maintenance = env::var(POSTGRES_URL_ENV).unwrap_or_else(|_| {
            panic!("{POSTGRES_URL_ENV} is not set: run the tests with `cargo xtask test rust`")
        });
        // Unique among all runs on this server: the standard library seeds `RandomState`
        // randomly.
        let name = format!(
            "keywright_test_{:016x}",
            RandomState::new().build_hasher().finish()
        );
        install_default_drivers();
        let mut connection = AnyConnection::connect(&maintenance)
            .await
            .expect("failed to connect to PostgreSQL");
        let create = format!("CREATE DATABASE {name}");
        connection
            .execute(AssertSqlSafe(create))
            .await
            .expect("failed to create the test database");
        connection
            .close()
            .await
            .expect("failed to close the connection");
        let (server, _) = maintenance
            .rsplit_once('/')
            .expect("the maintenance URL has no database name");
        Self {
            url: format!("{server}/{name}"),
            dir: None,
        }
    }

    /// Returns the URL of the database, for a separate server process.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the path of the SQLite file; `None` on PostgreSQL.
    pub fn path(&self) -> Option<PathBuf> {
        self.dir.as_deref().map(database_path)
    }

    pub async fn open(&self) -> Store {
        Store::open(&self.url)
            .await
            .expect("failed to open the test database")
    }

    /// Executes SQL, for changes that the product can't make.
    pub async fn execute(&self, sql: &'static str) {
        self.try_execute(sql).await.expect("SQL statement failed");
    }

    /// Executes SQL that the database may reject, and returns its error message.
    pub async fn try_execute(&self, sql: &'static str) -> Result<(), String> {
        let mut connection = AnyConnection::connect(&self.url)
            .await
            .expect("failed to connect to the test database");
        let result = connection.execute(sql).await;
        connection
            .close()
            .await
            .expect("failed to close the connection");
        result.map(drop).map_err(|error| error.to_string())
    }

    /// Returns everything the database stores, for leak checks: the raw SQLite files including
    /// the WAL, or the rows of every PostgreSQL table as text.
    pub async fn dump_contents(&self) -> Vec<u8> {
        let Some(folder) = &self.dir else {
            return self.dump_tables().await.into_bytes();
        };
        let files = fs::read_dir(folder.path()).expect("failed to list the database directory");
        files
            .flat_map(|file| {
                fs::read(file.expect("failed to list a file").path())
                    .expect("failed to read a file")
            })
            .collect()
    }

    async fn dump_tables(&self) -> String {
        let mut connection = AnyConnection::connect(&self.url)
            .await
            .expect("failed to connect to PostgreSQL");
        let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
        let tables: Vec<String> = sqlx::query_scalar(tables)
            .fetch_all(&mut connection)
            .await
            .expect("failed to list the tables");
        let mut dump = String::new();
        for table in tables {
            let rows = AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
            let rows: Vec<String> = sqlx::query_scalar(rows)
                .fetch_all(&mut connection)
                .await
                .expect("failed to read a table");
            dump.extend(rows);
        }
        connection
            .close()
            .await
            .expect("failed to close the connection");
        dump
    }
}

impl EngineFixture for TestDatabase {
    async fn create(engine: Engine) -> Self {
        Self::create(engine).await
    }
}
