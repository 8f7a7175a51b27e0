//! Configuration of a tenant for device API calls.
//!
//! It changes a few times a year and is needed a million times a day, so servers cache it. Every
//! lookup also reads the tenant's revision, which shows whether the cached copy is current.
//! Triggers increment the revision on every change, whichever process makes it.

use std::collections::BTreeMap;

use keywright_domain::{
    ids::{ProductId, TenantId},
    sdk_key::SdkKeyHash,
    settings::ProductSettings,
    time::Timestamp,
};

use crate::{
    SealedSigningKey, Store, StoreError, keys::sdk_key_hash, products::settings, query::Fields,
};

#[derive(Debug, Clone)]
pub struct DeviceTenant {
    /// Changes with every other field except `last_used_at`.
    pub revision: i64,
    /// Whether device API calls are rejected.
    pub suspended: bool,
    /// Current and ended SDK keys. If there are none, device API calls need no key.
    pub sdk_keys: Vec<DeviceSdkKey>,
    /// Settings that apps receive, by product.
    pub products: BTreeMap<ProductId, ProductSettings>,
    pub signing_key: Option<SealedSigningKey>,
}

/// The part of an SDK key that device API calls need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceSdkKey {
    pub hash: SdkKeyHash,
    /// `None` for the current key.
    pub ends_at: Option<Timestamp>,
    /// Last use that had been written when this was read.
    pub last_used_at: Option<Timestamp>,
}

impl DeviceSdkKey {
    /// Returns whether the device API accepts the key at `now`.
    pub fn works(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

impl Store {
    /// Returns the revision of [`Store::device_tenant`], or `None` if the tenant does not exist.
    pub async fn tenant_revision(&self, id: &TenantId) -> Result<Option<i64>, StoreError> {
        let row = sqlx::query("SELECT revision FROM tenant_revisions WHERE tenant_id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *self.read().await?)
            .await?;
        row.map(|row| Fields::new("tenant_revisions", &row).number("revision"))
            .transpose()
    }

    /// Returns the configuration of a tenant for device API calls.
    ///
    /// The revision is read first. A concurrent change makes it stale, which the next lookup
    /// detects.
    pub async fn device_tenant(&self, id: &TenantId) -> Result<Option<DeviceTenant>, StoreError> {
        let rows = sqlx::query(
            "SELECT r.revision, t.suspended_at, k.hash, k.ends_at, k.last_used_at FROM tenant_revisions r
             JOIN tenants t ON t.id = r.tenant_id LEFT JOIN sdk_keys k ON k.tenant_id = r.tenant_id
             WHERE r.tenant_id = $1",
        )
        .bind(id.as_str())
        .fetch_all(&mut *self.read().await?)
        .await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let tenant = Fields::new("tenants", first);
        let mut sdk_keys = Vec::with_capacity(rows.len());
        for row in &rows {
            let fields = Fields::new("sdk_keys", row);
            if fields.optional_text("hash")?.is_some() {
                sdk_keys.push(DeviceSdkKey {
                    hash: sdk_key_hash(&fields)?,
                    ends_at: fields.optional_time("ends_at")?,
                    last_used_at: fields.optional_time("last_used_at")?,
                });
            }
        }
        Ok(Some(DeviceTenant {
            revision: tenant.number("revision")?,
            suspended: tenant.optional_time("suspended_at")?.is_some(),
            sdk_keys,
            products: self.all_product_settings(id).await?,
            signing_key: self.primary_signing_key(id).await?,
        }))
    }

    async fn all_product_settings(
        &self,
        tenant: &TenantId,
    ) -> Result<BTreeMap<ProductId, ProductSettings>, StoreError> {
        let rows =
            sqlx::query("SELECT id, trial_days, free_tier FROM products WHERE tenant_id = $1")
                .bind(tenant.as_str())
                .fetch_all(&mut *self.read().await?)
                .await?;
        let of_row = |row| {
            let fields = Fields::new("products", row);
            Ok((fields.parsed("id")?, settings(&fields)?))
        };
        rows.iter().map(of_row).collect()
    }
}
