//! Who may ask for anything: the SDK key, the tenant, the product.

use keywright_domain::{
    ids::{ProductId, TenantId},
    sdk_key::SdkKeyHash,
    settings::ProductSettings,
    time::Timestamp,
};
use keywright_store::DeviceTenant;
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
        if !opens(&found, sdk_key) {
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
        Ok(Admitted {
            tenant,
            product,
            settings,
            now,
        })
    }
}

/// Whether what was sent is one of the tenant's SDK keys; a tenant that never had one asks for none. Every key is
/// compared, each in constant time.
fn opens(tenant: &DeviceTenant, sent: Option<&[u8]>) -> bool {
    let sent = SdkKeyHash::of(sent.unwrap_or_default());
    let matches = tenant.sdk_keys.iter().fold(0_u8, |found, key| {
        found | key.as_bytes().ct_eq(sent.as_bytes()).unwrap_u8()
    });
    !tenant.asks_for_sdk_key || matches == 1
}
