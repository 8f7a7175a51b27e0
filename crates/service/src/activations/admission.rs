//! Who may ask for anything: the SDK key, the tenant, the product.

use std::sync::Arc;

use keywright_domain::{
    ids::{ProductId, TenantId},
    sdk_key::SdkKeyHash,
    settings::ProductSettings,
    time::Timestamp,
};
use keywright_store::SdkKeyUse;

use super::{Activations, Refusal};
use crate::{Error, signer::TenantSigner, terms::TenantTerms};

/// A product that a device may talk to: what [`Activations::admit`] gives.
#[derive(Clone)]
pub struct Admitted {
    pub(crate) tenant: TenantId,
    pub(crate) product: ProductId,
    pub(crate) settings: ProductSettings,
    /// The one reading of the clock that the whole answer is made from.
    pub(crate) now: Timestamp,
    pub(super) terms: Arc<TenantTerms>,
    sent: SdkKeyHash,
}

impl Admitted {
    /// The key that signs for the tenant now.
    pub(crate) fn signer(&self) -> Result<&TenantSigner, Error> {
        self.terms.signer()
    }
}

/// A product that a device may talk to, unless that has changed meanwhile: the look for its license, which each of these calls
/// begins with, tells. Only then is anything made of it.
#[derive(Clone)]
pub struct Presumed(Admitted);

impl Presumed {
    /// As far as that can be said before: to look for a license with.
    pub(super) fn tenant(&self) -> &TenantId {
        &self.0.tenant
    }
}

/// What a device says of itself, whatever it asks.
struct Asked {
    tenant: TenantId,
    product: Option<ProductId>,
    sent: SdkKeyHash,
    now: Timestamp,
}

impl Activations {
    /// Checks the SDK key, the tenant and the product of a call, in this order.
    pub async fn admit(
        &self,
        tenant: &str,
        product: &str,
        sdk_key: Option<&[u8]>,
    ) -> Result<Admitted, Refusal> {
        let asked = self.asked(tenant, product, sdk_key)?;
        self.admit_now(asked).await
    }

    /// The same for what is asked about a license, by what is remembered. Nobody is refused for that alone.
    pub async fn presume(
        &self,
        tenant: &str,
        product: &str,
        sdk_key: Option<&[u8]>,
    ) -> Result<Presumed, Refusal> {
        let asked = self.asked(tenant, product, sdk_key)?;
        if let Some(terms) = self.0.remembered_terms(&asked.tenant)
            && let Ok(admitted) = self.decide(&asked, terms)
        {
            return Ok(Presumed(admitted));
        }
        Ok(Presumed(self.admit_now(asked).await?))
    }

    /// What was presumed, if the tenant's terms are of that revision still; else it is decided anew.
    pub(super) async fn confirm(
        &self,
        presumed: &Presumed,
        revision: Option<i64>,
    ) -> Result<Admitted, Refusal> {
        let Presumed(admitted) = presumed.clone();
        if revision == Some(admitted.terms.revision()) {
            return Ok(admitted);
        }
        let Admitted {
            tenant,
            product,
            now,
            sent,
            ..
        } = admitted;
        let product = Some(product);
        self.admit_now(Asked {
            tenant,
            product,
            sent,
            now,
        })
        .await
    }

    fn asked(&self, tenant: &str, product: &str, sdk_key: Option<&[u8]>) -> Result<Asked, Refusal> {
        Ok(Asked {
            tenant: tenant.parse().map_err(|_| Refusal::SdkKey)?,
            product: product.parse().ok(),
            sent: SdkKeyHash::of(sdk_key.unwrap_or_default()),
            now: self.0.clock.now(),
        })
    }

    async fn admit_now(&self, asked: Asked) -> Result<Admitted, Refusal> {
        let terms = self.0.terms(&asked.tenant).await?;
        self.decide(&asked, terms.ok_or(Refusal::SdkKey)?)
    }

    fn decide(&self, asked: &Asked, terms: Arc<TenantTerms>) -> Result<Admitted, Refusal> {
        let Asked {
            tenant,
            product,
            sent,
            now,
        } = asked;
        let key = terms.matching(sent, *now);
        if key.is_none() && !terms.asks_for_no_sdk_key() {
            return Err(Refusal::SdkKey);
        }
        if terms.is_suspended() {
            return Err(Refusal::Suspended);
        }
        let product = product.as_ref().ok_or(Refusal::Product)?;
        let settings = terms.settings_of(product).ok_or(Refusal::Product)?;
        if let Some(key) = key.filter(|key| key.is_news(*now)) {
            self.0.store.record_sdk_key_use(SdkKeyUse {
                tenant_id: tenant.clone(),
                hash: key.hash(),
                at: *now,
            });
        }
        Ok(Admitted {
            tenant: tenant.clone(),
            product: product.clone(),
            settings,
            now: *now,
            terms,
            sent: *sent,
        })
    }
}
