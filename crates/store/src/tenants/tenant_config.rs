//! What device calls of a tenant are answered by, apart from its licenses. It changes a few times a year and is needed a million
//! times a day, so servers remember it: whether it is still so, the tenant's revision says, which is read with each license.
//! Triggers count it up, whoever writes.

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

/// What a device call needs to know about its tenant.
#[derive(Debug, Clone)]
pub struct DeviceTenant {
    /// Changes with everything else in here.
    pub revision: i64,
    /// Whether its device calls are refused.
    pub suspended: bool,
    /// The SDK keys that open it, or did once. Where there is none, its device calls need none.
    pub sdk_keys: Vec<DeviceSdkKey>,
    /// What the apps of its products are told.
    pub products: BTreeMap<ProductId, ProductSettings>,
    /// The key that it signs with.
    pub signing_key: Option<SealedSigningKey>,
}

/// An SDK key, as far as device calls look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceSdkKey {
    /// Its hash.
    pub hash: SdkKeyHash,
    /// When it ends or ended; `None` of the current one.
    pub ends_at: Option<Timestamp>,
    /// When a device last came with it, as far as that was written when this was read.
    pub last_used_at: Option<Timestamp>,
}

impl DeviceSdkKey {
    /// Whether it opens the device API at `now`.
    pub fn works(&self, now: Timestamp) -> bool {
        self.ends_at.is_none_or(|end| now < end)
    }
}

impl Store {
    /// The revision of what [`Store::device_tenant`] gives; none where there is no such tenant.
    pub async fn tenant_revision(&self, id: &TenantId) -> Result<Option<i64>, StoreError> {
        let row = sqlx::query("SELECT revision FROM tenant_revisions WHERE tenant_id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut *self.read().await?)
            .await?;
        row.map(|row| Fields::new("tenant_revisions", &row).number("revision"))
            .transpose()
    }

    /// What a device call needs to know about the tenant of that slug.
    ///
    /// The revision is read first: what changes meanwhile makes it an old one, which is found out with the next license.
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
