//! A tenant's SDK keys, as hashes.

use keywright_domain::{ids::TenantId, sdk_key::SdkKeyHash, time::Timestamp};

use crate::{StoreError, Tx, row::Fields};

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

    /// Adds an SDK key without an end, or takes the end of one away that was there before. A second one without an end
    /// is a conflict.
    pub async fn insert_sdk_key(
        &mut self,
        tenant: &TenantId,
        hash: SdkKeyHash,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO sdk_keys (tenant_id, hash, created_at) VALUES ($1, $2, $3)
             ON CONFLICT (tenant_id, hash) DO UPDATE SET ends_at = NULL",
        )
        .bind(tenant.as_str())
        .bind(hash.to_string())
        .bind(now.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(())
    }
}

pub(crate) fn sdk_key_hash(fields: &Fields<'_>) -> Result<SdkKeyHash, StoreError> {
    SdkKeyHash::from_hex(&fields.text("hash")?).ok_or_else(|| fields.corrupt("hash"))
}
