//! Products and their key types.

mod form;
mod queries;

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    entitlement::Entitlements,
    ids::{KeyTypeId, ProductId},
    license_key::KeyPrefix,
    plan::{Feature, Plan},
    product::{KeyType, Product},
    product_settings::{ProductSettings, TrialDays},
    role::Permission,
};
use serde_json::json;

use crate::{Caller, Error, InvalidInputError, context::Context, name::validate_name};

pub use form::{KeyTypeForm, ProductForm};
pub use queries::KeyTypeWithCount;

#[derive(Debug, Clone)]
pub struct CreateProduct {
    pub id: ProductId,
    pub name: String,
    pub key_prefix: KeyPrefix,
    pub settings: ProductSettings,
}

/// Changes to a product. `None` leaves a field unchanged; `Some(None)` unsets a setting, so that
/// apps use their built-in default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpdateProduct {
    pub name: Option<String>,
    /// Trial length without a license key.
    pub trial_days: Option<Option<TrialDays>>,
    /// Whether the app has a free tier.
    pub free_tier: Option<Option<bool>>,
}

/// Changes to a key type. `None` leaves a field unchanged. Existing licenses are not affected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpdateKeyType {
    /// Maximum number of active devices, at least 1.
    pub activation_limit: Option<u32>,
    /// Days from minting to expiry; `Some(None)` for lifetime.
    pub duration_days: Option<Option<u32>>,
    pub entitlements: Option<Entitlements>,
    /// Whether the app keeps running in reduced mode after expiry.
    pub fallback: Option<bool>,
}

#[derive(Debug, Clone)]
pub struct CreateKeyType {
    pub product_id: ProductId,
    pub id: KeyTypeId,
    /// Maximum number of active devices, at least 1.
    pub activation_limit: u32,
    /// Days from minting to expiry; `None` for lifetime.
    pub duration_days: Option<u32>,
    pub entitlements: Entitlements,
    /// Whether the app keeps running in reduced mode after expiry.
    pub fallback: bool,
}

#[derive(Clone)]
pub struct Products {
    pub(crate) context: Arc<Context>,
}

impl Products {
    pub async fn list_slugs(&self, caller: &Caller) -> Result<Vec<String>, Error> {
        caller.require(Permission::View)?;
        let products = self.context.store.list_products(caller.tenant_id()).await?;
        Ok(products
            .iter()
            .map(|product| product.id.to_string())
            .collect())
    }

    pub async fn list_key_type_slugs(
        &self,
        caller: &Caller,
        product_id: &ProductId,
    ) -> Result<Vec<String>, Error> {
        caller.require(Permission::View)?;
        let key_types = self
            .context
            .store
            .list_key_types(caller.tenant_id(), product_id)
            .await?;
        Ok(key_types
            .iter()
            .map(|key_type| key_type.id.to_string())
            .collect())
    }

    /// Creates a product, if the tenant's plan allows another one.
    pub async fn create(&self, caller: &Caller, new: CreateProduct) -> Result<(), Error> {
        caller.require(Permission::ManageProducts)?;
        let name = validate_name(&new.name)?;
        let (context, now, tenant) = (
            &self.context,
            self.context.clock.now(),
            caller.tenant_id().clone(),
        );
        let details = json!({ "product": new.id, "key_prefix": new.key_prefix });
        let entry = context.new_audit_entry(caller, now, Action::ProductCreate, None, details);
        let product = Product {
            tenant_id: tenant,
            id: new.id,
            name,
            key_prefix: new.key_prefix,
            settings: new.settings,
            created_at: now,
        };
        let write = context.store.write(move |tx| {
            async move {
                let tenant = tx
                    .lock_tenant(&product.tenant_id)
                    .await?
                    .ok_or(Error::NotFound)?;
                require_product_quota(tenant.plan, tx.count_products(&tenant.id).await?)?;
                tx.insert_product(&product).await?;
                Ok(tx.insert_audit_entry(&entry).await?)
            }
            .boxed()
        });
        write.await.map_err(|error: Error| {
            error.with_conflict_message("The slug or key prefix is already taken")
        })
    }

    /// Updates a product's name and settings, and records the new values in the audit log.
    pub async fn update(
        &self,
        caller: &Caller,
        product_id: ProductId,
        update: UpdateProduct,
    ) -> Result<(), Error> {
        caller.require(Permission::ManageProducts)?;
        let name = update.name.as_deref().map(validate_name).transpose()?;
        let update = UpdateProduct { name, ..update };
        let (context, caller, now) = (
            self.context.clone(),
            caller.clone(),
            self.context.clock.now(),
        );
        self.context
            .store
            .write(move |tx| {
                async move {
                    let found = tx.lock_product(caller.tenant_id(), &product_id).await?;
                    let before = found.ok_or(InvalidInputError::UnknownProduct(product_id))?;
                    let after = update.apply(before);
                    tx.update_product(&after).await?;
                    let details = json!({
                        "product": after.id, "name": after.name,
                        "trial_days": after.settings.trial_days.map(TrialDays::get),
                        "free_tier": after.settings.free_tier,
                    });
                    let entry =
                        context.new_audit_entry(&caller, now, Action::ProductChange, None, details);
                    Ok(tx.insert_audit_entry(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    /// Updates a key type. Only licenses minted afterwards are affected.
    pub async fn update_key_type(
        &self,
        caller: &Caller,
        product_id: ProductId,
        key_type_id: KeyTypeId,
        update: UpdateKeyType,
    ) -> Result<(), Error> {
        caller.require(Permission::ManageProducts)?;
        let (context, caller, now) = (
            self.context.clone(),
            caller.clone(),
            self.context.clock.now(),
        );
        if context
            .store
            .find_product(caller.tenant_id(), &product_id)
            .await?
            .is_none()
        {
            return Err(InvalidInputError::UnknownProduct(product_id).into());
        }
        self.context
            .store
            .write(move |tx| {
                async move {
                    let found = tx
                        .lock_key_type(caller.tenant_id(), &product_id, &key_type_id)
                        .await?;
                    let before = found.ok_or(InvalidInputError::UnknownKeyType(product_id, key_type_id))?;
                    let after = update.apply(before);
                    tx.update_key_type(&after).await?;
                    let details = json!({
                        "product": after.product_id, "key_type": after.id,
                        "activation_limit": after.activation_limit, "duration_days": after.duration_days,
                        "entitlements": after.entitlements, "fallback": after.fallback,
                    });
                    let entry = context.new_audit_entry(&caller, now, Action::KeyTypeChange, None, details);
                    Ok(tx.insert_audit_entry(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    /// Deletes a key type. Fails with a conflict if any license uses it, in any status.
    pub async fn delete_key_type(
        &self,
        caller: &Caller,
        product_id: ProductId,
        key_type_id: KeyTypeId,
    ) -> Result<(), Error> {
        caller.require(Permission::ManageProducts)?;
        let details = json!({ "product": product_id, "key_type": key_type_id });
        let now = self.context.clock.now();
        let action = Action::KeyTypeDelete;
        let entry = self
            .context
            .new_audit_entry(caller, now, action, None, details);
        let write = self.context.store.write(move |tx| {
            async move {
                let tenant = &entry.tenant_id;
                if !tx
                    .delete_key_type(tenant, &product_id, &key_type_id)
                    .await?
                {
                    return Err(Error::NotFound);
                }
                Ok(tx.insert_audit_entry(&entry).await?)
            }
            .boxed()
        });
        write.await.map_err(|error: Error| {
            error.with_conflict_message("This key type can't be deleted because licenses use it")
        })
    }

    pub async fn create_key_type(&self, caller: &Caller, new: CreateKeyType) -> Result<(), Error> {
        caller.require(Permission::ManageProducts)?;
        let (context, now, tenant) = (
            &self.context,
            self.context.clock.now(),
            caller.tenant_id().clone(),
        );
        if context
            .store
            .find_product(&tenant, &new.product_id)
            .await?
            .is_none()
        {
            return Err(InvalidInputError::UnknownProduct(new.product_id).into());
        }
        let details = json!({ "product": new.product_id, "key_type": new.id });
        let entry = context.new_audit_entry(caller, now, Action::KeyTypeCreate, None, details);
        let key_type = KeyType {
            tenant_id: tenant,
            product_id: new.product_id,
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
                Ok(tx.insert_audit_entry(&entry).await?)
            }
            .boxed()
        });
        write.await.map_err(|error: Error| {
            error.with_conflict_message("The product already has a key type with this slug")
        })
    }
}

impl UpdateProduct {
    fn apply(self, product: Product) -> Product {
        Product {
            name: self.name.unwrap_or(product.name),
            settings: ProductSettings {
                trial_days: self.trial_days.unwrap_or(product.settings.trial_days),
                free_tier: self.free_tier.unwrap_or(product.settings.free_tier),
            },
            ..product
        }
    }
}

impl UpdateKeyType {
    fn apply(self, key_type: KeyType) -> KeyType {
        KeyType {
            activation_limit: self
                .activation_limit
                .map_or(key_type.activation_limit, |limit| limit.max(1)),
            duration_days: self.duration_days.unwrap_or(key_type.duration_days),
            entitlements: self.entitlements.unwrap_or(key_type.entitlements),
            fallback: self.fallback.unwrap_or(key_type.fallback),
            ..key_type
        }
    }
}

fn require_product_quota(plan: Plan, existing: u32) -> Result<(), Error> {
    let feature = Feature::AnotherProduct { existing };
    if plan.allows(feature) {
        Ok(())
    } else {
        Err(Error::PlanRequired(Plan::minimum_for(feature)))
    }
}
