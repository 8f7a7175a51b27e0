//! Read access to products for pages.

use keywright_api_types::page::Count;
use keywright_domain::{
    ids::{KeyTypeId, ProductId},
    license_key::KeyPrefix,
    product::{KeyType, Product},
    role::Permission,
};

use super::Products;
use crate::{Caller, Error, forms::to_sentence};

/// A key type with its number of licenses, in any status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTypeWithCount {
    pub key_type: KeyType,
    pub license_count: Count,
}

impl Products {
    /// Returns the tenant's products by slug, each with its key types.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<(Product, Vec<KeyType>)>, Error> {
        caller.require(Permission::View)?;
        let (store, tenant) = (&self.context.store, caller.tenant_id());
        let mut key_types = store.list_all_key_types(tenant).await?;
        let products = store.list_products(tenant).await?.into_iter();
        let listed = products.map(|product| {
            let of_product = key_types.extract_if(.., |key_type| key_type.product_id == product.id);
            let of_product = of_product.collect();
            (product, of_product)
        });
        Ok(listed.collect())
    }

    /// Returns a product with its key types and their license counts.
    pub async fn get(
        &self,
        caller: &Caller,
        id: &ProductId,
    ) -> Result<(Product, Vec<KeyTypeWithCount>), Error> {
        caller.require(Permission::View)?;
        let (store, tenant) = (&self.context.store, caller.tenant_id());
        let product = store
            .find_product(tenant, id)
            .await?
            .ok_or(Error::NotFound)?;
        let mut counted = Vec::new();
        for key_type in store.list_key_types(tenant, id).await? {
            let licenses = store
                .count_licenses_of_key_type(tenant, id, &key_type.id)
                .await?;
            counted.push(KeyTypeWithCount {
                key_type,
                license_count: licenses,
            });
        }
        Ok((product, counted))
    }

    pub async fn get_key_type(
        &self,
        caller: &Caller,
        product_id: &ProductId,
        id: &KeyTypeId,
    ) -> Result<KeyType, Error> {
        caller.require(Permission::View)?;
        let key_types = self
            .context
            .store
            .list_key_types(caller.tenant_id(), product_id)
            .await?;
        let mut key_types = key_types.into_iter();
        key_types
            .find(|key_type| key_type.id == *id)
            .ok_or(Error::NotFound)
    }

    /// Returns why a product with this key prefix would currently be rejected, or `None` if it
    /// would be accepted. For validation while typing.
    pub async fn validate_key_prefix(
        &self,
        caller: &Caller,
        input: &str,
    ) -> Result<Option<String>, Error> {
        caller.require(Permission::ManageProducts)?;
        let prefix = match parse_key_prefix(input) {
            Ok(prefix) => prefix,
            Err(error) => return Ok(Some(to_sentence(&error.to_string()))),
        };
        let is_taken = self.context.store.is_key_prefix_taken(&prefix).await?;
        Ok(is_taken.then(|| KEY_PREFIX_TAKEN.to_owned()))
    }
}

/// Error message for a key prefix that another product uses.
pub(super) const KEY_PREFIX_TAKEN: &str = "Another product on this server has this prefix.";

/// Parses a key prefix as typed. Lowercase letters are accepted.
pub(super) fn parse_key_prefix(
    input: &str,
) -> Result<KeyPrefix, <KeyPrefix as std::str::FromStr>::Err> {
    input.trim().to_ascii_uppercase().parse()
}
