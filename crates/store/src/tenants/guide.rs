//! Progress of a tenant through the getting-started guide.

use keywright_domain::{
    ids::{KeyTypeId, ProductId, TenantId},
    time::Timestamp,
};

use crate::{Store, StoreError, Tx, query::RowReader};

impl Store {
    /// Returns the product and key type of the newest license.
    pub async fn newest_license_type(
        &self,
        tenant: &TenantId,
    ) -> Result<Option<(ProductId, KeyTypeId)>, StoreError> {
        let row = sqlx::query(
            "SELECT product_id, key_type_id FROM licenses WHERE tenant_id = $1
             ORDER BY created_at DESC, id DESC LIMIT 1",
        )
        .bind(tenant.as_str())
        .fetch_optional(&mut *self.acquire_reader().await?)
        .await?;
        row.map(|row| {
            let fields = RowReader::new("licenses", &row);
            Ok((
                fields.get_parsed("product_id")?,
                fields.get_parsed("key_type_id")?,
            ))
        })
        .transpose()
    }

    /// Returns whether any license of the tenant has ever been activated.
    pub async fn has_activations(&self, tenant: &TenantId) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT 1 FROM activations WHERE tenant_id = $1 LIMIT 1")
            .bind(tenant.as_str())
            .fetch_optional(&mut *self.acquire_reader().await?)
            .await?;
        Ok(row.is_some())
    }
}

impl Tx<'_> {
    /// Dismisses the tenant's guide. Returns whether it had not been dismissed before.
    pub async fn dismiss_guide(
        &mut self,
        tenant_id: &TenantId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE tenants SET guide_ended_at = $2 WHERE id = $1 AND guide_ended_at IS NULL",
        )
        .bind(tenant_id.as_str())
        .bind(now.millis())
        .execute(&mut *self.connection)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
