//! The onboarding guide: from a new tenant to its first licensed device.

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    product::{KeyType, Product},
    role::Permission,
    signing_key::{KeyStage, ListedKey},
};

use crate::{Caller, Error, context::Context};

/// A tenant's onboarding progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Product of the most recently minted license. Before the first license, the first product
    /// with a key type, or else the first product.
    pub product: Option<Product>,
    /// The matching key type.
    pub key_type: Option<KeyType>,
    pub has_sdk_key: bool,
    /// The public key that its apps must trust.
    pub signing_key: Option<ListedKey>,
    pub has_license: bool,
    pub has_device: bool,
}

#[derive(Clone)]
pub struct Guide(pub(crate) Arc<Context>);

impl Guide {
    pub async fn progress(&self, caller: &Caller) -> Result<Progress, Error> {
        caller.require(Permission::ManageProducts)?;
        caller.require(Permission::ManageKeys)?;
        let (store, tenant) = (&self.0.store, caller.tenant());
        let products = store.products(tenant).await?;
        let minted = store.newest_license_type(tenant).await?;
        let mut key_types = store.all_key_types(tenant).await?.into_iter();
        let key_type = match &minted {
            Some((product, id)) => key_types.find(|it| it.product == *product && it.id == *id),
            None => key_types.next(),
        };
        let product = match &key_type {
            Some(key_type) => products.into_iter().find(|it| it.id == key_type.product),
            None => products.into_iter().next(),
        };
        let signing_keys = store.listed_keys(tenant).await?;
        let signing_key = signing_keys
            .into_iter()
            .find(|key| key.stage == KeyStage::Signing);
        let sdk_keys = store.sdk_keys(tenant).await?;
        Ok(Progress {
            product,
            key_type,
            has_sdk_key: sdk_keys.iter().any(|key| key.ends_at.is_none()),
            signing_key,
            has_license: minted.is_some(),
            has_device: store.has_activations(tenant).await?,
        })
    }

    /// Permanently hides the guide for all operators of the tenant.
    pub async fn end(&self, caller: &Caller) -> Result<(), Error> {
        caller.require(Permission::ManageProducts)?;
        let (tenant, now) = (caller.tenant().clone(), self.0.clock.now());
        let write = self.0.store.write(move |tx| {
            async move { Ok::<_, Error>(tx.end_guide(&tenant, now).await?) }.boxed()
        });
        write.await.map(drop)
    }
}
