//! Products and their key types.

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    entitlement::Entitlements,
    ids::{KeyTypeId, ProductId},
    key::KeyPrefix,
    plan::{Feature, Plan},
    product::{KeyType, Product},
    role::Permission,
};
use serde_json::json;

use crate::{Caller, Error, Invalid, context::Context, error::check_name};

/// A product to make.
#[derive(Debug, Clone)]
pub struct NewProduct {
    /// Its slug.
    pub id: ProductId,
    /// Its name on pages.
    pub name: String,
    /// What its keys begin with.
    pub key_prefix: KeyPrefix,
}

/// A key type to make.
#[derive(Debug, Clone)]
pub struct NewKeyType {
    /// Of which product.
    pub product: ProductId,
    /// Its slug.
    pub id: KeyTypeId,
    /// Devices that may hold a slot at once; at least 1.
    pub activation_limit: u32,
    /// Days from minting to expiry; `None` for lifetime.
    pub duration_days: Option<u32>,
    /// What it unlocks.
    pub entitlements: Entitlements,
    /// Whether the app may go on in reduced mode after expiry.
    pub fallback: bool,
}

/// Use cases around products.
#[derive(Clone)]
pub struct Products(pub(crate) Arc<Context>);

impl Products {
    /// The slugs of the tenant's products.
    pub async fn slugs(&self, caller: &Caller) -> Result<Vec<String>, Error> {
        caller.require(Permission::View)?;
        let products = self.0.store.products(caller.tenant()).await?;
        Ok(products
            .iter()
            .map(|product| product.id.to_string())
            .collect())
    }

    /// The slugs of a product's key types.
    pub async fn key_type_slugs(
        &self,
        caller: &Caller,
        product: &ProductId,
    ) -> Result<Vec<String>, Error> {
        caller.require(Permission::View)?;
        let key_types = self.0.store.key_types(caller.tenant(), product).await?;
        Ok(key_types
            .iter()
            .map(|key_type| key_type.id.to_string())
            .collect())
    }

    /// Makes a product, as far as the tenant's plan goes.
    pub async fn add(&self, caller: &Caller, new: NewProduct) -> Result<(), Error> {
        caller.require(Permission::ManageProducts)?;
        check_name(&new.name)?;
        let (context, now, tenant) = (&self.0, self.0.clock.now(), caller.tenant().clone());
        let plan = context
            .store
            .tenant(&tenant)
            .await?
            .ok_or(Error::NotFound)?
            .plan;
        let details = json!({ "product": new.id, "key_prefix": new.key_prefix });
        let entry = context.audit(caller, now, Action::ProductCreate, None, details);
        let product = Product {
            tenant,
            id: new.id,
            name: new.name,
            key_prefix: new.key_prefix,
            created_at: now,
        };
        let write = context.store.write(move |tx| {
            async move {
                require_room(plan, tx.count_products(&product.tenant).await?)?;
                tx.insert_product(&product).await?;
                Ok(tx.record(&entry).await?)
            }
            .boxed()
        });
        write
            .await
            .map_err(|error: Error| error.or_conflict("The slug or the key prefix is taken"))
    }

    /// Adds a key type to a product.
    pub async fn add_key_type(&self, caller: &Caller, new: NewKeyType) -> Result<(), Error> {
        caller.require(Permission::ManageProducts)?;
        let (context, now, tenant) = (&self.0, self.0.clock.now(), caller.tenant().clone());
        if !context.store.has_product(&tenant, &new.product).await? {
            return Err(Invalid::UnknownProduct(new.product).into());
        }
        let details = json!({ "product": new.product, "key_type": new.id });
        let entry = context.audit(caller, now, Action::KeyTypeCreate, None, details);
        let key_type = KeyType {
            tenant,
            product: new.product,
            id: new.id,
            activation_limit: new.activation_limit.max(1),
            duration_days: new.duration_days,
            entitlements: new.entitlements,
            fallback: new.fallback,
            created_at: now,
        };
        let write = context.store.write(move |tx| {
            async move {
                tx.insert_key_type(&key_type).await?;
                Ok(tx.record(&entry).await?)
            }
            .boxed()
        });
        write.await.map_err(|error: Error| {
            error.or_conflict("The product has a key type of this slug already")
        })
    }
}

fn require_room(plan: Plan, existing: u32) -> Result<(), Error> {
    let feature = Feature::AnotherProduct { existing };
    if plan.allows(feature) {
        Ok(())
    } else {
        Err(Error::PlanRequired(Plan::least_for(feature)))
    }
}
