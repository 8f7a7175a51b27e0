//! Backups of a SQLite database, and checks on a backup before it is restored. For PostgreSQL, use
//! its own tools.

use std::path::Path;

use sqlx::{AnyConnection, Connection, Executor, Row};

use crate::{
    OpenError,
    connect::{Connector, latest_schema_version},
};

/// Writes a consistent copy of the database to `copy`, which must be empty or missing. Other
/// connections can read and write meanwhile: the copy is a snapshot from the start of the call. The
/// schema is not migrated.
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
    copied.await.map_err(|error| connector.to_open_error(error))
}

/// Contents of a database file that is not in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupSummary {
    /// Version of the last migration that was applied.
    pub schema_version: i64,
    pub tenant_count: i64,
    pub license_count: i64,
}

/// Reads a whole database file and summarizes its contents. Fails if the file is damaged or is
/// not a Keywright database.
pub async fn inspect_backup(url: &str) -> Result<BackupSummary, OpenError> {
    let connector = Connector::new(url)?;
    let inspected = async {
        let mut connection = connector.connect_untuned().await?;
        let fault: String = sqlx::query("PRAGMA integrity_check(1)")
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
        let schema =
            fetch_i64(&mut connection, "SELECT MAX(version) FROM _sqlx_migrations").await?;
        let tenants = fetch_i64(&mut connection, "SELECT COUNT(*) FROM tenants").await?;
        let licenses = fetch_i64(&mut connection, "SELECT COUNT(*) FROM licenses").await?;
        connection.close().await?;
        let copied = BackupSummary {
            schema_version: schema,
            tenant_count: tenants,
            license_count: licenses,
        };
        Ok::<_, sqlx::Error>((fault, copied))
    };
    let (fault, copied) = match inspected.await {
        Ok(inspected) => inspected,
        Err(error) if error.as_database_error().is_some() => {
            return Err(OpenError::InvalidFile(error));
        }
        Err(error) => return Err(connector.to_open_error(error)),
    };
    if fault != "ok" {
        return Err(OpenError::IntegrityCheckFailed(fault));
    }
    if copied.schema_version > latest_schema_version() {
        return Err(OpenError::NewerSchema(copied.schema_version));
    }
    Ok(copied)
}

/// Deletes the sessions from a copy. Otherwise a restore would revive sessions that have ended
/// since the backup.
pub async fn delete_sessions(url: &str) -> Result<(), OpenError> {
    let connector = Connector::new(url)?;
    let ended = async {
        let mut connection = connector.connect_untuned().await?;
        connection.execute("DELETE FROM sessions").await?;
        connection.close().await
    };
    ended.await.map_err(|error| connector.to_open_error(error))
}

async fn fetch_i64(connection: &mut AnyConnection, sql: &'static str) -> Result<i64, sqlx::Error> {
    sqlx::query(sql).fetch_one(connection).await?.try_get(0)
}
