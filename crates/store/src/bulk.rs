//! Many rows at once, for the data sets of benchmarks: what [`Tx::insert_license`](crate::Tx::insert_license) and
//! [`Tx::insert_activations`](crate::Tx::insert_activations) write, with hundreds of rows in a statement, and nobody is told.

use keywright_domain::{activation::Activation, license::License};
use sqlx::{AnyConnection, Connection, Executor};

use crate::{
    Engine, OpenError, StoreError,
    activations::{ACTIVATIONS, activation_row},
    connect::Connector,
    products::entitlements_column,
    row::expiry_column,
    search::{LICENSE, device_text, license_text},
    sql::Sql,
};

/// Rows in a statement. PostgreSQL is asked over a network; SQLite looks for the name of each argument among all of them, so that
/// many cost more than they save.
const fn rows(engine: Engine) -> usize {
    match engine {
        Engine::Sqlite => 16,
        Engine::Postgres => 500,
    }
}

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
        let most = rows(self.engine);
        let mut transaction = self.connection.begin().await?;
        for rows in licenses.chunks(most) {
            let rows = rows.iter();
            insert(&mut transaction, LICENSES, rows.clone(), license_row).await?;
            insert(&mut transaction, ENTRIES, rows, license_entry).await?;
        }
        for rows in activations.chunks(most) {
            let rows = rows.iter();
            insert(&mut transaction, ACTIVATIONS, rows.clone(), activation_row).await?;
            insert(&mut transaction, ENTRIES, rows, activation_entry).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Brings the engine's own statistics up to date, as it does by and by itself in a database that grew.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        let finishing = match self.engine {
            Engine::Sqlite => "PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);",
            Engine::Postgres => "VACUUM ANALYZE",
        };
        self.connection.execute(finishing).await?;
        Ok(self.connection.close().await?)
    }
}

const LICENSES: &str = "INSERT INTO licenses (tenant_id, id, product_id, key_type_id, display_key, state, created_at,
     expires_at, activation_limit, active_count, entitlements, fallback, customer_name, customer_email,
     predecessor_id, successor_id) VALUES ";

const ENTRIES: &str =
    "INSERT INTO search_entries (tenant_id, license_id, instance_id, text) VALUES ";

async fn insert<'r, T: 'r>(
    connection: &mut AnyConnection,
    into: &'static str,
    rows: impl Iterator<Item = &'r T>,
    values: fn(&mut Sql, &T),
) -> Result<(), StoreError> {
    let mut sql = Sql::new(into);
    sql.rows(rows, values);
    sql.execute(connection).await?;
    Ok(())
}

fn license_row(sql: &mut Sql, license: &License) {
    sql.bind(license.tenant.as_str());
    sql.push(", ").bind(license.id.to_string());
    sql.push(", ").bind(license.product.as_str());
    sql.push(", ").bind(license.key_type.as_str());
    sql.push(", ").bind(license.display_key.as_str());
    sql.push(", ").bind(license.state.as_str());
    sql.push(", ").bind(license.created_at.millis());
    sql.push(", ").bind(expiry_column(license.expires_at));
    sql.push(", ").bind(i64::from(license.activation_limit));
    sql.push(", ").bind(i64::from(license.active_count));
    sql.push(", ")
        .bind(entitlements_column(&license.entitlements));
    sql.push(", ").bind(i64::from(license.fallback));
    sql.push(", ").bind(license.customer.name.as_deref());
    sql.push(", ").bind(license.customer.email.as_deref());
    let lineage = [license.predecessor, license.successor];
    for id in lineage.map(|id| id.map(|id| id.to_string())) {
        sql.push(", ").bind(id.as_deref());
    }
}

fn license_entry(sql: &mut Sql, license: &License) {
    sql.bind(license.tenant.as_str());
    sql.push(", ").bind(license.id.to_string());
    sql.push(", ").bind(LICENSE);
    sql.push(", ").bind(license_text(license));
}

fn activation_entry(sql: &mut Sql, activation: &Activation) {
    let instance = activation.instance.to_string();
    let text = device_text(&activation.device_name, &instance);
    sql.bind(activation.tenant.as_str());
    sql.push(", ").bind(activation.license.to_string());
    sql.push(", ").bind(instance);
    sql.push(", ").bind(text);
}
