//! Who may ask for anything: the SDK key, the tenant, the product.

use keywright_domain::{
    ids::{ProductId, TenantId},
    sdk_key::{SdkKeyHash, is_use_news},
    settings::ProductSettings,
    time::Timestamp,
};
use keywright_store::{DeviceTenant, SdkKeyUse, WorkingSdkKey};
use subtle::ConstantTimeEq;

use super::{Activations, Refusal};

/// A product that a device may talk to: what [`Activations::admit`] gives.
#[derive(Debug, Clone)]
pub struct Admitted {
    pub(crate) tenant: TenantId,
    pub(crate) product: ProductId,
    pub(crate) settings: ProductSettings,
    /// The one reading of the clock that the whole answer is made from.
    pub(crate) now: Timestamp,
}

impl Activations {
    /// Checks the SDK key, the tenant and the product of a call, in this order.
    pub async fn admit(
        &self,
        tenant: &str,
        product: &str,
        sdk_key: Option<&[u8]>,
    ) -> Result<Admitted, Refusal> {
        let (store, now) = (&self.0.store, self.0.clock.now());
        let tenant: TenantId = tenant.parse().map_err(|_| Refusal::SdkKey)?;
        let found = store
            .device_tenant(&tenant, now)
            .await?
            .ok_or(Refusal::SdkKey)?;
        let sent = SdkKeyHash::of(sdk_key.unwrap_or_default());
        let key = matching(&found, &sent);
        if found.asks_for_sdk_key && key.is_none() {
            return Err(Refusal::SdkKey);
        }
        if found.suspended {
            return Err(Refusal::Suspended);
        }
        let product: ProductId = product.parse().map_err(|_| Refusal::Product)?;
        let settings = store
            .product_settings(&tenant, &product)
            .await?
            .ok_or(Refusal::Product)?;
        if let Some(key) = key
            && is_use_news(key.last_used_at, now)
        {
            store.touch_sdk_key(SdkKeyUse {
                tenant: tenant.clone(),
                hash: key.hash,
                at: now,
            });
        }
        Ok(Admitted {
            tenant,
            product,
            settings,
            now,
        })
    }
}

/// Which of the tenant's SDK keys was sent, if it was one. Every key is compared, each in constant time.
fn matching(tenant: &DeviceTenant, sent: &SdkKeyHash) -> Option<WorkingSdkKey> {
    let keys = tenant.sdk_keys.iter();
    keys.fold(None, |found, key| {
        let is_it = key.hash.as_bytes().ct_eq(sent.as_bytes());
        if is_it.into() { Some(*key) } else { found }
    })
}
