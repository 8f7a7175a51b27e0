//! Licenses, as operators deal with them.

mod actions;
mod detail;
mod export;
mod find;

pub use export::Export;

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    ids::{KeyTypeId, LicenseId, ProductId},
    key::{DisplayKey, LicenseKey},
    license::{Customer, License, LicenseState},
    product::{KeyType, Product},
    query::{LicenseList, LicenseQuery},
    role::Permission,
    time::Timestamp,
};
use serde_json::json;

use crate::{Caller, Error, Invalid, context::Context, email, error::checked_name};

/// Most licenses that are minted at once: all of them or none, in one transaction.
pub const MOST_AT_ONCE: u32 = 1_000;

/// Licenses to mint.
#[derive(Debug, Clone)]
pub struct MintOrder {
    /// Of which product.
    pub product: ProductId,
    /// As which key type; may be left out where the product has just one.
    pub key_type: Option<KeyTypeId>,
    /// For whom.
    pub customer: Customer,
    /// How many: 1 to [`MOST_AT_ONCE`].
    pub count: u32,
}

/// A minted license, with the key that is shown this once.
pub struct Minted {
    /// The key itself.
    pub key: LicenseKey,
    /// The hash of it.
    pub id: LicenseId,
    /// The masked form of it.
    pub display_key: DisplayKey,
}

/// Use cases around licenses.
#[derive(Clone)]
pub struct Licenses(pub(crate) Arc<Context>);

impl Licenses {
    /// One page of the tenant's licenses.
    pub async fn list(&self, caller: &Caller, query: &LicenseQuery) -> Result<LicenseList, Error> {
        caller.require(Permission::View)?;
        Ok(self
            .0
            .store
            .list_licenses(caller.tenant(), query, self.0.clock.now())
            .await?)
    }

    /// Mints licenses, each with an audit entry. The keys are in the reply and nowhere else.
    pub async fn mint(&self, caller: &Caller, order: MintOrder) -> Result<Vec<Minted>, Error> {
        caller.require(Permission::ActOnLicenses)?;
        check_customer(&order.customer)?;
        if !(1..=MOST_AT_ONCE).contains(&order.count) {
            return Err(Invalid::Count { max: MOST_AT_ONCE }.into());
        }
        let (context, now) = (&self.0, self.0.clock.now());
        let (product, key_type) = self.product_and_key_type(caller, &order).await?;
        let mut minted = Vec::new();
        let mut rows = Vec::new();
        for _ in 0..order.count {
            let key = LicenseKey::generate(&product.key_prefix, context.rng.bytes());
            let license = new_license(&product, &key_type, &key, order.customer.clone(), now);
            let details = json!({
                "display_key": license.display_key, "product": product.id, "key_type": key_type.id,
            });
            rows.push((
                license.clone(),
                context.audit(caller, now, Action::ManualMint, Some(license.id), details),
            ));
            minted.push(Minted {
                key,
                id: license.id,
                display_key: license.display_key,
            });
        }
        context
            .store
            .write(move |tx| {
                async move {
                    for (license, entry) in &rows {
                        tx.insert_license(license).await?;
                        tx.record(entry).await?;
                    }
                    Ok::<_, Error>(())
                }
                .boxed()
            })
            .await?;
        Ok(minted)
    }

    async fn product_and_key_type(
        &self,
        caller: &Caller,
        order: &MintOrder,
    ) -> Result<(Product, KeyType), Error> {
        let (store, tenant) = (&self.0.store, caller.tenant());
        let unknown = || Invalid::UnknownProduct(order.product.clone());
        let product = store
            .product(tenant, &order.product)
            .await?
            .ok_or_else(unknown)?;
        let mut key_types = store.key_types(tenant, &order.product).await?;
        let key_type = match &order.key_type {
            Some(wanted) => key_types
                .into_iter()
                .find(|key_type| key_type.id == *wanted)
                .ok_or_else(|| Invalid::UnknownKeyType(product.id.clone(), wanted.clone()))?,
            None if key_types.len() == 1 => key_types.remove(0),
            None => return Err(Invalid::KeyTypeNeeded(product.id).into()),
        };
        Ok((product, key_type))
    }
}

/// A license of that key type, minted now: what the key type says is copied.
pub(crate) fn new_license(
    product: &Product,
    key_type: &KeyType,
    key: &LicenseKey,
    customer: Customer,
    now: Timestamp,
) -> License {
    License {
        tenant: product.tenant.clone(),
        id: key.id(),
        product: product.id.clone(),
        key_type: key_type.id.clone(),
        display_key: key.display_key(&product.key_prefix),
        state: LicenseState::Active,
        created_at: now,
        expires_at: key_type.expiry_from(now),
        activation_limit: key_type.activation_limit,
        active_count: 0,
        entitlements: key_type.entitlements.clone(),
        fallback: key_type.fallback,
        customer,
        predecessor: None,
        successor: None,
    }
}

fn check_customer(customer: &Customer) -> Result<(), Invalid> {
    customer.email.as_deref().map_or(Ok(()), email::check)?;
    customer.name.as_deref().map(checked_name).transpose()?;
    Ok(())
}
