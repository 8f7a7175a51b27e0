//! Configuration of a tenant for device API calls.
//!
//! Every device API call needs it but it changes rarely, so servers cache it. Every lookup also
//! reads the tenant's revision, which shows whether the cached copy is current. Triggers increment
//! the revision on every change by any process.

use std::collections::BTreeMap;

use keywright_domain::{
    ids::{ProductId, TenantId},
    product_settings::ProductSettings,
    sdk_key::SdkKeyHash,
    time::Timestamp,
};

use crate::{
    SealedSigningKey, Store, StoreError, keys::decode_sdk_key_hash, products::decode_settings,
    query::RowReader,
};

#[derive(Debug, Clone)]
pub struct TenantConfigRecord {
    /// Incremented on every change to the configuration, except to `last_used_at`.
    pub revision: i64,
    /// Whether device API calls are rejected.
    pub is_suspended: bool,
    /// The current, replaced and expired SDK keys. If the tenant has never had a key, device API
    /// calls need no key.
    pub sdk_keys: Vec<SdkKeyRecord>,
    /// Settings that apps receive, by product.
    pub products: BTreeMap<ProductId, ProductSettings>,
    pub signing_key: Option<SealedSigningKey>,
}

/// The part of an SDK key that device API calls need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SdkKeyRecord {
    pub hash: SdkKeyHash,
    /// `None` for the current key.
    pub ends_at: Option<Timestamp>,
    /// Last recorded use at the time of the read.
    pub last_used_at: Option<Timestamp>,
}

impl SdkKeyRecord {
    /// Returns whether the device API accepts the key at `now`.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

impl Store {
    /// Returns the revision of [`Store::tenant_config`], or `None` if the tenant does not exist.
    pub async fn tenant_revision(&self, id: &TenantId) -> Result<Option<i64>, StoreError> {
        let row = sqlx::query("SELECT revision FROM tenant_revisions WHERE tenant_id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *self.acquire_reader().await?)
            .await?;
        row.map(|row| RowReader::new("tenant_revisions", &row).get_i64("revision"))
            .transpose()
    }

    /// Returns the configuration of a tenant for device API calls.
    ///
    /// The revision is read first. A concurrent change makes it stale, which the next lookup
    /// detects.
    pub async fn tenant_config(
        &self,
        id: &TenantId,
    ) -> Result<Option<TenantConfigRecord>, StoreError> {
        let rows = sqlx::query(
            "SELECT r.revision, t.suspended_at, k.hash, k.ends_at, k.last_used_at FROM tenant_revisions r
             JOIN tenants t ON t.id = r.tenant_id LEFT JOIN sdk_keys k ON k.tenant_id = r.tenant_id
             WHERE r.tenant_id = $1",
        )
        .bind(id.as_str())
        .fetch_all(&mut *self.acquire_reader().await?)
        .await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let tenant = RowReader::new("tenants", first);
        let mut sdk_keys = Vec::with_capacity(rows.len());
        for row in &rows {
            let fields = RowReader::new("sdk_keys", row);
            if fields.get_optional_string("hash")?.is_some() {
                sdk_keys.push(SdkKeyRecord {
                    hash: decode_sdk_key_hash(&fields)?,
                    ends_at: fields.get_optional_timestamp("ends_at")?,
                    last_used_at: fields.get_optional_timestamp("last_used_at")?,
                });
            }
        }
        Ok(Some(TenantConfigRecord {
            revision: tenant.get_i64("revision")?,
            is_suspended: tenant.get_optional_timestamp("suspended_at")?.is_some(),
            sdk_keys,
            products: self.list_product_settings(id).await?,
            signing_key: self.primary_signing_key(id).await?,
        }))
    }

    async fn list_product_settings(
        &self,
        tenant: &TenantId,
    ) -> Result<BTreeMap<ProductId, ProductSettings>, StoreError> {
        let rows =
            sqlx::query("SELECT id, trial_days, free_tier FROM products WHERE tenant_id = $1")
                .bind(tenant.as_str())
                .fetch_all(&mut *self.acquire_reader().await?)
                .await?;
        let of_row = |row| {
            let fields = RowReader::new("products", row);
            Ok((fields.get_parsed("id")?, decode_settings(&fields)?))
        };
        rows.iter().map(of_row).collect()
    }
}
