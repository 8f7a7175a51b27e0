//! Products as pages show them.

use keywright_domain::{
    ids::{KeyTypeId, ProductId},
    product::{KeyType, Product},
    role::Permission,
};

use super::Products;
use crate::{Caller, Error};

impl Products {
    /// Every product of the caller's tenant, by slug, each with its key types.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<(Product, Vec<KeyType>)>, Error> {
        caller.require(Permission::View)?;
        let (store, tenant) = (&self.0.store, caller.tenant());
        let mut listed = Vec::new();
        for product in store.products(tenant).await? {
            let key_types = store.key_types(tenant, &product.id).await?;
            listed.push((product, key_types));
        }
        Ok(listed)
    }

    /// One product with its key types.
    pub async fn show(
        &self,
        caller: &Caller,
        id: &ProductId,
    ) -> Result<(Product, Vec<KeyType>), Error> {
        caller.require(Permission::View)?;
        let (store, tenant) = (&self.0.store, caller.tenant());
        let product = store.product(tenant, id).await?.ok_or(Error::NotFound)?;
        let key_types = store.key_types(tenant, id).await?;
        Ok((product, key_types))
    }

    /// One key type.
    pub async fn show_key_type(
        &self,
        caller: &Caller,
        product: &ProductId,
        id: &KeyTypeId,
    ) -> Result<KeyType, Error> {
        let (_, key_types) = self.show(caller, product).await?;
        let mut key_types = key_types.into_iter();
        key_types
            .find(|key_type| key_type.id == *id)
            .ok_or(Error::NotFound)
    }
}
