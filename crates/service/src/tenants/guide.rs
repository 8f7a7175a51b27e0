//! The getting-started guide: from a new tenant to its first licensed device.

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    product::{KeyType, Product},
    role::Permission,
    signing_key::{KeyStage, ListedKey},
};

use crate::{Caller, Error, context::Context};

/// A tenant's progress through the getting-started guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnboardingProgress {
    /// Product of the most recently minted license. Before the first license, the first product
    /// with a key type, or the first product if none has a key type.
    pub product: Option<Product>,
    /// Key type of that license, or the product's first key type; `None` if no product has one.
    pub key_type: Option<KeyType>,
    pub has_sdk_key: bool,
    /// The public key that its apps must trust.
    pub signing_key: Option<ListedKey>,
    pub has_license: bool,
    pub has_device: bool,
}

#[derive(Clone)]
pub struct OnboardingGuide {
    pub(crate) context: Arc<Context>,
}

impl OnboardingGuide {
    pub async fn progress(&self, caller: &Caller) -> Result<OnboardingProgress, Error> {
        caller.require(Permission::ManageProducts)?;
        caller.require(Permission::ManageKeys)?;
        let (store, tenant) = (&self.context.store, caller.tenant_id());
        let products = store.list_products(tenant).await?;
        let minted = store.newest_license_type(tenant).await?;
        let mut key_types = store.list_all_key_types(tenant).await?.into_iter();
        let key_type = match &minted {
            Some((product, id)) => key_types.find(|it| it.product_id == *product && it.id == *id),
            None => key_types.next(),
        };
        let product = match &key_type {
            Some(key_type) => products.into_iter().find(|it| it.id == key_type.product_id),
            None => products.into_iter().next(),
        };
        let signing_keys = store.list_signing_keys(tenant).await?;
        let signing_key = signing_keys
            .into_iter()
            .find(|key| key.stage == KeyStage::Signing);
        let sdk_keys = store.list_sdk_keys(tenant).await?;
        Ok(OnboardingProgress {
            product,
            key_type,
            has_sdk_key: sdk_keys.iter().any(|key| key.ends_at.is_none()),
            signing_key,
            has_license: minted.is_some(),
            has_device: store.has_activations(tenant).await?,
        })
    }

    /// Permanently hides the guide for all operators of the tenant.
    pub async fn dismiss(&self, caller: &Caller) -> Result<(), Error> {
        caller.require(Permission::ManageProducts)?;
        let (tenant, now) = (caller.tenant_id().clone(), self.context.clock.now());
        let write = self.context.store.write(move |tx| {
            async move { Ok::<_, Error>(tx.dismiss_guide(&tenant, now).await?) }.boxed()
        });
        write.await.map(drop)
    }
}
