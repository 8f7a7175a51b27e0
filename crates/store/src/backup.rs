//! Backups of a SQLite database, and checks on a backup before it is restored. PostgreSQL has its
//! own tools.

use std::path::Path;

use sqlx::{AnyConnection, Connection, Executor, Row};

use crate::{
    OpenError,
    connect::{Connector, newest_schema},
};

/// Writes a consistent copy of the database to `copy`, which must be empty or missing. Others may
/// read and write meanwhile: the copy is a snapshot from the start of the call. Its schema is not
/// migrated.
pub async fn copy_database(url: &str, copy: &Path) -> Result<(), OpenError> {
    let connector = Connector::new(url)?;
    let copied = async {
        let mut connection = connector.connect().await?;
        sqlx::query("VACUUM INTO $1")
            .bind(copy.to_string_lossy().into_owned())
            .execute(&mut connection)
            .await?;
        connection.close().await
    };
    copied.await.map_err(|error| connector.explain(error))
}

/// Contents of a database file that is not in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Version of the last migration that was applied.
    pub schema: i64,
    pub tenants: i64,
    pub licenses: i64,
}

/// Reads a whole database file and summarizes its contents. Fails if the file is damaged or is
/// not a Keywright database.
pub async fn inspect_copy(url: &str) -> Result<Copied, OpenError> {
    let connector = Connector::new(url)?;
    let inspected = async {
        let mut connection = connector.connect_plainly().await?;
        let fault: String = sqlx::query("PRAGMA integrity_check(1)")
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
        let schema = number(&mut connection, "SELECT MAX(version) FROM _sqlx_migrations").await?;
        let tenants = number(&mut connection, "SELECT COUNT(*) FROM tenants").await?;
        let licenses = number(&mut connection, "SELECT COUNT(*) FROM licenses").await?;
        connection.close().await?;
        let copied = Copied {
            schema,
            tenants,
            licenses,
        };
        Ok::<_, sqlx::Error>((fault, copied))
    };
    let (fault, copied) = match inspected.await {
        Ok(inspected) => inspected,
        Err(error) if error.as_database_error().is_some() => return Err(OpenError::Broken(error)),
        Err(error) => return Err(connector.explain(error)),
    };
    if fault != "ok" {
        return Err(OpenError::Damaged(fault));
    }
    if copied.schema > newest_schema() {
        return Err(OpenError::Newer(copied.schema));
    }
    Ok(copied)
}

/// Deletes the sessions from a copy. Otherwise a restore would revive sessions that have ended
/// since the backup.
pub async fn end_sessions(url: &str) -> Result<(), OpenError> {
    let connector = Connector::new(url)?;
    let ended = async {
        let mut connection = connector.connect_plainly().await?;
        connection.execute("DELETE FROM sessions").await?;
        connection.close().await
    };
    ended.await.map_err(|error| connector.explain(error))
}

async fn number(connection: &mut AnyConnection, sql: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query(sql).fetch_one(connection).await?.try_get(0)
}
