//! Stores the idempotency key of each submitted form with its result, so that a second submission
//! has no effect.

use keywright_domain::{
    ids::{FormId, TenantId},
    time::Timestamp,
};

use crate::{Store, StoreError, Tx, query::RowReader};

impl Store {
    /// Returns the result of the form's earlier submission, if any.
    pub async fn idempotent_result(
        &self,
        tenant: &TenantId,
        id: FormId,
    ) -> Result<Option<serde_json::Value>, StoreError> {
        let row = sqlx::query("SELECT made FROM used_forms WHERE tenant_id = $1 AND id = $2")
            .bind(tenant.as_str())
            .bind(id.to_string())
            .fetch_optional(&mut *self.acquire_reader().await?)
            .await?;
        row.map(|row| RowReader::new("used_forms", &row).get_json("made"))
            .transpose()
    }
}

impl Tx<'_> {
    /// Records a form submission and its result, which must not contain secrets. Fails with
    /// [`StoreError::Conflict`] if the form was submitted before.
    pub async fn insert_idempotency_key(
        &mut self,
        tenant: &TenantId,
        id: FormId,
        created: &serde_json::Value,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO used_forms (tenant_id, id, made, used_at) VALUES ($1, $2, $3, $4)",
        )
        .bind(tenant.as_str())
        .bind(id.to_string())
        .bind(created.to_string())
        .bind(now.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Deletes at most `most` keys, of any tenant, that were used before `used_before`. Returns
    /// the number of deleted keys.
    pub async fn purge_idempotency_keys(
        &mut self,
        used_before: Timestamp,
        most: u32,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "DELETE FROM used_forms WHERE (tenant_id, id) IN
             (SELECT tenant_id, id FROM used_forms WHERE used_at < $1 ORDER BY used_at LIMIT $2)",
        )
        .bind(used_before.millis())
        .bind(i64::from(most))
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected())
    }
}
