//! SDK keys of a tenant, stored as hashes.

use keywright_domain::{
    ids::TenantId,
    sdk_key::{ListedSdkKey, SdkKeyHash},
    time::Timestamp,
};

use crate::{SdkKeyUse, Store, StoreError, Tx, query::RowReader};

impl Store {
    /// Returns the tenant's SDK keys: the current key first, then the others by descending expiry.
    pub async fn list_sdk_keys(&self, tenant: &TenantId) -> Result<Vec<ListedSdkKey>, StoreError> {
        let rows = sqlx::query(
            "SELECT hash, created_at, created_by, ends_at, last_used_at FROM sdk_keys WHERE tenant_id = $1
             ORDER BY CASE WHEN ends_at IS NULL THEN 0 ELSE 1 END, ends_at DESC, hash",
        )
        .bind(tenant.as_str())
        .fetch_all(&mut *self.acquire_reader().await?)
        .await?;
        let listed = rows.iter().map(|row| {
            let fields = RowReader::new("sdk_keys", row);
            Ok(ListedSdkKey {
                hash: decode_sdk_key_hash(&fields)?,
                created_at: fields.get_timestamp("created_at")?,
                created_by: fields.get_optional_string("created_by")?,
                ends_at: fields.get_optional_timestamp("ends_at")?,
                last_used_at: fields.get_optional_timestamp("last_used_at")?,
            })
        });
        listed.collect()
    }
}

impl Tx<'_> {
    /// Returns the tenant's current SDK key, which has no expiry.
    pub async fn current_sdk_key(
        &mut self,
        tenant: &TenantId,
    ) -> Result<Option<SdkKeyHash>, StoreError> {
        let row = sqlx::query("SELECT hash FROM sdk_keys WHERE tenant_id = $1 AND ends_at IS NULL")
            .bind(tenant.as_str())
            .fetch_optional(&mut *self.connection)
            .await?;
        row.map(|row| decode_sdk_key_hash(&RowReader::new("sdk_keys", &row)))
            .transpose()
    }

    /// Sets the expiry of all the tenant's SDK keys to `ends_at`, unless they expire earlier.
    pub async fn end_sdk_keys(
        &mut self,
        tenant: &TenantId,
        ends_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE sdk_keys SET ends_at = $2 WHERE tenant_id = $1 AND (ends_at IS NULL OR ends_at > $2)",
        )
        .bind(tenant.as_str())
        .bind(ends_at.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Revokes the tenant's replaced SDK keys. Returns whether any of them was still valid at
    /// `now`.
    pub async fn end_replaced_sdk_keys(
        &mut self,
        tenant: &TenantId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done =
            sqlx::query("UPDATE sdk_keys SET ends_at = $2 WHERE tenant_id = $1 AND ends_at > $2")
                .bind(tenant.as_str())
                .bind(now.millis())
                .execute(&mut *self.connection)
                .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Returns the expiry of a key: `Some(None)` for the current key, or `None` if the tenant does
    /// not have the key.
    pub async fn sdk_key_end(
        &mut self,
        tenant: &TenantId,
        hash: SdkKeyHash,
    ) -> Result<Option<Option<Timestamp>>, StoreError> {
        let row = sqlx::query("SELECT ends_at FROM sdk_keys WHERE tenant_id = $1 AND hash = $2")
            .bind(tenant.as_str())
            .bind(hash.to_string())
            .fetch_optional(&mut *self.connection)
            .await?;
        row.map(|row| RowReader::new("sdk_keys", &row).get_optional_timestamp("ends_at"))
            .transpose()
    }

    /// Changes the expiry of a replaced key.
    pub async fn set_sdk_key_end(
        &mut self,
        tenant: &TenantId,
        hash: SdkKeyHash,
        ends_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE sdk_keys SET ends_at = $3 WHERE tenant_id = $1 AND hash = $2 AND ends_at IS NOT NULL",
        )
        .bind(tenant.as_str())
        .bind(hash.to_string())
        .bind(ends_at.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Records when the key was last used, unless a later use is already recorded.
    pub async fn record_sdk_key_use(&mut self, used: &SdkKeyUse) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE sdk_keys SET last_used_at = $3
             WHERE tenant_id = $1 AND hash = $2 AND (last_used_at IS NULL OR last_used_at < $3)",
        )
        .bind(used.tenant_id.as_str())
        .bind(used.key_hash.to_string())
        .bind(used.used_at.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Inserts an SDK key without an expiry, or removes the expiry of an existing key. Fails with
    /// [`StoreError::Conflict`] if another key has no expiry.
    pub async fn insert_sdk_key(
        &mut self,
        tenant: &TenantId,
        hash: SdkKeyHash,
        created_by: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO sdk_keys (tenant_id, hash, created_at, created_by) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id, hash) DO UPDATE SET ends_at = NULL",
        )
        .bind(tenant.as_str())
        .bind(hash.to_string())
        .bind(now.millis())
        .bind(created_by)
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}

pub(crate) fn decode_sdk_key_hash(fields: &RowReader<'_>) -> Result<SdkKeyHash, StoreError> {
    SdkKeyHash::from_hex(&fields.get_string("hash")?).ok_or_else(|| fields.corrupt("hash"))
}
