//! Named values that apply to the whole database rather than to a tenant.

use crate::{Store, StoreError, Tx, query::RowReader};

impl Store {
    pub async fn server_metadata(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT value FROM server_facts WHERE name = $1")
            .bind(name)
            .fetch_optional(&mut *self.acquire_reader().await?)
            .await?;
        row.map(|row| RowReader::new("server_facts", &row).get_string("value"))
            .transpose()
    }
}

impl Tx<'_> {
    /// Sets a value, replacing the old one.
    pub async fn set_server_metadata(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO server_facts (name, value) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        )
        .bind(name)
        .bind(value)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Inserts a value unless the name already has one. Returns the stored value.
    pub async fn get_or_insert_server_metadata(
        &mut self,
        name: &str,
        value: &str,
    ) -> Result<String, StoreError> {
        sqlx::query(
            "INSERT INTO server_facts (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
        )
        .bind(name)
        .bind(value)
        .execute(&mut *self.connection)
        .await?;
        let row = sqlx::query("SELECT value FROM server_facts WHERE name = $1")
            .bind(name)
            .fetch_one(&mut *self.connection)
            .await?;
        RowReader::new("server_facts", &row).get_string("value")
    }
}
