//! Facts about the database as a whole, by name.

use crate::{Store, StoreError, Tx, query::Fields};

impl Store {
    /// The fact of that name.
    pub async fn server_fact(&self, name: &str) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("SELECT value FROM server_facts WHERE name = $1")
            .bind(name)
            .fetch_optional(&mut *self.read().await?)
            .await?;
        row.map(|row| Fields::new("server_facts", &row).text("value"))
            .transpose()
    }
}

impl Tx<'_> {
    /// States a fact, whatever stood before.
    pub async fn restate_server_fact(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
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

    /// States a fact, unless one of that name stands already; gives what stands now.
    pub async fn state_server_fact(
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
        Fields::new("server_facts", &row).text("value")
    }
}
