//! A tenant's SDK keys, as hashes.

use keywright_domain::{
    ids::TenantId,
    sdk_key::{ListedSdkKey, SdkKeyHash},
    time::Timestamp,
};

use crate::{SdkKeyUse, Store, StoreError, Tx, query::Fields};

impl Store {
    /// Every SDK key of the tenant, the one without an end first, then the others, the latest end first.
    pub async fn sdk_keys(&self, tenant: &TenantId) -> Result<Vec<ListedSdkKey>, StoreError> {
        let rows = sqlx::query(
            "SELECT hash, created_at, created_by, ends_at, last_used_at FROM sdk_keys WHERE tenant_id = $1
             ORDER BY CASE WHEN ends_at IS NULL THEN 0 ELSE 1 END, ends_at DESC, hash",
        )
        .bind(tenant.as_str())
        .fetch_all(&mut *self.read().await?)
        .await?;
        let listed = rows.iter().map(|row| {
            let fields = Fields::new("sdk_keys", row);
            Ok(ListedSdkKey {
                hash: sdk_key_hash(&fields)?,
                created_at: fields.time("created_at")?,
                created_by: fields.optional_text("created_by")?,
                ends_at: fields.optional_time("ends_at")?,
                last_used_at: fields.optional_time("last_used_at")?,
            })
        });
        listed.collect()
    }
}

impl Tx<'_> {
    /// The SDK key of the tenant that has no end, if it has one.
    pub async fn current_sdk_key(
        &mut self,
        tenant: &TenantId,
    ) -> Result<Option<SdkKeyHash>, StoreError> {
        let row = sqlx::query("SELECT hash FROM sdk_keys WHERE tenant_id = $1 AND ends_at IS NULL")
            .bind(tenant.as_str())
            .fetch_optional(&mut *self.connection)
            .await?;
        row.map(|row| sdk_key_hash(&Fields::new("sdk_keys", &row)))
            .transpose()
    }

    /// Gives every SDK key of the tenant an end at `ends_at`; one that ends earlier is left as it is.
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

    /// Ends every SDK key of the tenant that has an end, at `now`; says whether there was one that worked still.
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

    /// When the key ends, if the tenant has it; the current one has no end.
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
        row.map(|row| Fields::new("sdk_keys", &row).optional_time("ends_at"))
            .transpose()
    }

    /// Gives a key that was replaced another end.
    pub async fn move_sdk_key_end(
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

    /// Records when the key was last used, unless a later use is recorded already.
    pub async fn record_sdk_key_use(&mut self, used: &SdkKeyUse) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE sdk_keys SET last_used_at = $3
             WHERE tenant_id = $1 AND hash = $2 AND (last_used_at IS NULL OR last_used_at < $3)",
        )
        .bind(used.tenant_id.as_str())
        .bind(used.hash.to_string())
        .bind(used.at.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }

    /// Adds an SDK key without an end, or takes the end of one away that was there before. A second one without an end
    /// is a conflict.
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

pub(crate) fn sdk_key_hash(fields: &Fields<'_>) -> Result<SdkKeyHash, StoreError> {
    SdkKeyHash::from_hex(&fields.text("hash")?).ok_or_else(|| fields.corrupt("hash"))
}
