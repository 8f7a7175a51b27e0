//! Bulk inserts for benchmark data sets.
//!
//! Writes the same rows as [`Tx::insert_license`](crate::Tx::insert_license) and
//! [`Tx::insert_activations`](crate::Tx::insert_activations), but outside units of work, so no
//! changes are published.

use keywright_domain::{activation::Activation, license::License};
use sqlx::{AnyConnection, Connection, Executor};

use crate::{
    Engine, OpenError, StoreError, activations::insert_activations, connect::Connector,
    licenses::insert_licenses,
};

/// Settings that trade durability for speed. If a load is interrupted, recreate the database.
const SQLITE_BULK_LOAD_PRAGMAS: &str = "PRAGMA synchronous = OFF;
PRAGMA cache_size = -2000000;
PRAGMA foreign_keys = OFF;";

pub struct BulkLoader {
    connection: AnyConnection,
    engine: Engine,
}

impl BulkLoader {
    /// Opens a database, whose schema must be up to date.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let connector = Connector::new(url)?;
        let engine = connector.engine;
        let open = async {
            let mut connection = connector.connect().await?;
            if engine == Engine::Sqlite {
                connection.execute(SQLITE_BULK_LOAD_PRAGMAS).await?;
            }
            Ok(connection)
        };
        let connection = open.await.map_err(|error| connector.to_open_error(error))?;
        Ok(Self { connection, engine })
    }

    /// Inserts the licenses and their activations in one transaction.
    pub async fn insert(
        &mut self,
        licenses: &[License],
        activations: &[Activation],
    ) -> Result<(), StoreError> {
        let mut transaction = self.connection.begin().await?;
        insert_licenses(&mut transaction, licenses).await?;
        insert_activations(&mut transaction, activations).await?;
        Ok(transaction.commit().await?)
    }

    /// Prepares the database for use: truncates SQLite's WAL, and updates PostgreSQL's planner
    /// statistics. The server's maintenance gathers those of SQLite: [`crate::Store::optimize`].
    pub async fn finish(mut self) -> Result<(), StoreError> {
        let finishing = match self.engine {
            Engine::Sqlite => "PRAGMA wal_checkpoint(TRUNCATE)",
            Engine::Postgres => "VACUUM ANALYZE",
        };
        self.connection.execute(finishing).await?;
        Ok(self.connection.close().await?)
    }
}
