//! Many rows at once, for the data sets of benchmarks: what [`Tx::insert_license`](crate::Tx::insert_license) and
//! [`Tx::insert_activations`](crate::Tx::insert_activations) write, in no unit of work, so that nobody is told.

use keywright_domain::{activation::Activation, license::License};
use sqlx::{AnyConnection, Connection, Executor};

use crate::{
    Engine, OpenError, StoreError, activations::insert_activations, connect::Connector,
    licenses::insert_licenses,
};

/// Memory instead of disk while rows come in: whoever is interrupted begins anew.
const SQLITE_LOADING: &str = "PRAGMA synchronous = OFF;
PRAGMA cache_size = -2000000;
PRAGMA foreign_keys = OFF;";

/// A database that is being filled.
pub struct Bulk {
    connection: AnyConnection,
    engine: Engine,
}

impl Bulk {
    /// A database that is up to date, by its URL.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        let connector = Connector::new(url)?;
        let engine = connector.engine;
        let open = async {
            let mut connection = connector.connect().await?;
            if engine == Engine::Sqlite {
                connection.execute(SQLITE_LOADING).await?;
            }
            Ok(connection)
        };
        let connection = open.await.map_err(|error| connector.explain(error))?;
        Ok(Self { connection, engine })
    }

    /// Adds these licenses with these devices of theirs, in one transaction.
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

    /// Leaves it as one that grew: PostgreSQL has statistics then, SQLite none.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        let finishing = match self.engine {
            Engine::Sqlite => "PRAGMA wal_checkpoint(TRUNCATE)",
            Engine::Postgres => "VACUUM ANALYZE",
        };
        self.connection.execute(finishing).await?;
        Ok(self.connection.close().await?)
    }
}
