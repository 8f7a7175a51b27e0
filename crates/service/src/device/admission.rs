//! Admission of device requests: SDK key, then tenant, then product.

use std::sync::Arc;

use keywright_domain::{
    ids::{InstanceId, ProductId, TenantId},
    license_key::LicenseKey,
    product_settings::ProductSettings,
    sdk_key::SdkKeyHash,
    time::Timestamp,
};
use keywright_store::{LicenseSnapshot, SdkKeyUse};

use super::{DeviceService, error::DeviceError, tenant_cache::TenantConfig};
use crate::{Error, context::Context, signing_keys::signer::TenantSigner};

/// The part of a device request that decides admission, common to all endpoints.
#[derive(Clone)]
pub struct DeviceCredentials {
    /// `None` for a malformed slug, which is rejected like an unknown tenant.
    tenant_id: Option<TenantId>,
    /// `None` for a malformed slug, which is rejected like an unknown product.
    product_id: Option<ProductId>,
    sdk_key: SdkKeyHash,
}

impl DeviceCredentials {
    /// Parses the slugs and hashes the SDK key. A missing key is treated as an empty one.
    pub fn new(tenant: &str, product: &str, sdk_key: Option<&[u8]>) -> Self {
        Self {
            tenant_id: tenant.parse().ok(),
            product_id: product.parse().ok(),
            sdk_key: SdkKeyHash::compute(sdk_key.unwrap_or_default()),
        }
    }

    fn tenant_id(&self) -> Result<&TenantId, DeviceError> {
        self.tenant_id.as_ref().ok_or(DeviceError::InvalidSdkKey)
    }
}

/// An admitted request's tenant and product.
pub struct Admission {
    pub(crate) tenant_id: TenantId,
    pub(crate) product_id: ProductId,
    pub(crate) settings: ProductSettings,
    /// Time of the request. All times in the response derive from it.
    pub(crate) now: Timestamp,
    config: Arc<TenantConfig>,
}

impl Admission {
    /// Returns the tenant's current signing key.
    pub(crate) fn signer(&self) -> Result<&TenantSigner, Error> {
        self.config.signer()
    }
}

impl DeviceService {
    /// Admits a device based on the tenant's current state.
    pub async fn admit(&self, credentials: &DeviceCredentials) -> Result<Admission, DeviceError> {
        self.admit_at(credentials, self.context.clock.now()).await
    }

    /// Looks up the license of a key within the product, and admits the device based on the
    /// tenant revision returned by the same read.
    pub(super) async fn admit_and_lookup_license(
        &self,
        credentials: &DeviceCredentials,
        typed: &str,
        instance: Option<InstanceId>,
    ) -> Result<(Admission, LicenseSnapshot), DeviceError> {
        let cached = self.admit_cached(credentials).await?;
        let Ok(key) = LicenseKey::parse(typed) else {
            self.revalidate(cached, credentials, None).await?;
            return Err(DeviceError::LicenseKeyNotFound);
        };
        let store = &self.context.store;
        let lookup = store
            .lookup_license(&cached.tenant_id, key.id(), instance)
            .await?;
        let admission = self
            .revalidate(cached, credentials, lookup.revision)
            .await?;
        let found = lookup
            .license
            .filter(|found| found.license.product_id == admission.product_id)
            .ok_or(DeviceError::LicenseKeyNotFound)?;
        Ok((admission, found))
    }

    /// Admits a device based on cached tenant state, which may be outdated. Pass the result to
    /// [`DeviceService::revalidate`] before using it. A rejection is always based on current state.
    async fn admit_cached(
        &self,
        credentials: &DeviceCredentials,
    ) -> Result<Admission, DeviceError> {
        let now = self.context.clock.now();
        let config = self.context.tenant_cache.cached(credentials.tenant_id()?);
        match config.map(|config| self.authorize(credentials, config, now)) {
            Some(Ok(admission)) => Ok(admission),
            _ => self.admit_at(credentials, now).await,
        }
    }

    /// Returns `cached` if the tenant's revision has not changed; otherwise admits the device
    /// again based on the current state.
    async fn revalidate(
        &self,
        cached: Admission,
        credentials: &DeviceCredentials,
        revision: Option<i64>,
    ) -> Result<Admission, DeviceError> {
        if revision == Some(cached.config.revision()) {
            return Ok(cached);
        }
        self.admit_at(credentials, cached.now).await
    }

    async fn admit_at(
        &self,
        credentials: &DeviceCredentials,
        now: Timestamp,
    ) -> Result<Admission, DeviceError> {
        let Context {
            store,
            master_key,
            tenant_cache,
            ..
        } = &*self.context;
        let config = tenant_cache.load(store, master_key, credentials.tenant_id()?);
        let config = config.await?.ok_or(DeviceError::InvalidSdkKey)?;
        self.authorize(credentials, config, now)
    }

    fn authorize(
        &self,
        credentials: &DeviceCredentials,
        config: Arc<TenantConfig>,
        now: Timestamp,
    ) -> Result<Admission, DeviceError> {
        let tenant_id = credentials.tenant_id()?;
        let key = config.find_sdk_key(&credentials.sdk_key, now);
        if key.is_none() && !config.is_public() {
            return Err(DeviceError::InvalidSdkKey);
        }
        if config.is_suspended() {
            return Err(DeviceError::Suspended);
        }
        let product_id = credentials
            .product_id
            .as_ref()
            .ok_or(DeviceError::ProductNotFound)?;
        let settings = config
            .product_settings(product_id)
            .ok_or(DeviceError::ProductNotFound)?;
        if let Some(key) = key.filter(|key| key.should_record_use(now)) {
            self.context.store.record_sdk_key_use(SdkKeyUse {
                tenant_id: tenant_id.clone(),
                key_hash: key.hash(),
                used_at: now,
            });
        }
        Ok(Admission {
            tenant_id: tenant_id.clone(),
            product_id: product_id.clone(),
            settings,
            now,
            config,
        })
    }
}
