//! Minting: creates licenses of a key type, all or nothing.

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    ids::{FormId, KeyTypeId, LicenseId, ProductId},
    key::{DisplayKey, LicenseKey},
    license::{Customer, License, LicenseState, NamedLicense},
    product::{KeyType, Product},
    role::Permission,
    time::Timestamp,
};
use keywright_store::NewAuditEntry;
use serde_json::json;

use super::Licenses;
use crate::{
    Caller, Error, Invalid, email,
    forms::{FormError, IdempotentResult},
    name::checked_name,
};

/// Maximum number of licenses per request. They are written in one transaction.
pub const MAX_MINTED_AT_ONCE: u32 = 1_000;

#[derive(Debug, Clone)]
pub struct MintRequest {
    pub product: ProductId,
    /// May be omitted if the product has exactly one key type.
    pub key_type: Option<KeyTypeId>,
    pub customer: Customer,
    /// 1 to [`MAX_MINTED_AT_ONCE`].
    pub count: u32,
}

/// A minted license with its key, which is not stored and cannot be shown again.
pub struct Minted {
    /// The plain key.
    pub key: LicenseKey,
    /// Hash of the key.
    pub id: LicenseId,
    /// Masked form of the key.
    pub display_key: DisplayKey,
}

/// Licenses to insert, each with its audit entry.
type Rows = Vec<(License, NewAuditEntry)>;

impl Licenses {
    /// Mints licenses, each with an audit entry. The keys are only in the return value; they are
    /// not stored.
    pub async fn mint(&self, caller: &Caller, request: MintRequest) -> Result<Vec<Minted>, Error> {
        self.write_minted(caller, &request, None, |_| {}).await
    }

    /// Mints licenses from a form. Submitting the form again has no effect. Calls `made` with the
    /// number of licenses inserted so far; they are committed when this returns `Ok`.
    pub async fn mint_once(
        &self,
        caller: &Caller,
        request: &MintRequest,
        form: FormId,
        made: impl Fn(u32) + Send + 'static,
    ) -> Result<Vec<Minted>, FormError> {
        match self.write_minted(caller, request, Some(form), made).await {
            Ok(minted) => Ok(minted),
            Err(Error::Invalid(Invalid::UnknownProduct(_) | Invalid::UnknownKeyType(..))) => {
                Err(key_type_gone())
            }
            Err(error) => Err(match self.0.classify_conflict(caller, form, error).await {
                // Foreign key violation: the key type was deleted after it was looked up.
                FormError::Other(Error::Conflict(_)) => key_type_gone(),
                other => other,
            }),
        }
    }

    async fn write_minted(
        &self,
        caller: &Caller,
        request: &MintRequest,
        form: Option<FormId>,
        made: impl Fn(u32) + Send + 'static,
    ) -> Result<Vec<Minted>, Error> {
        caller.require(Permission::ActOnLicenses)?;
        check(request)?;
        let (minted, rows) = self.draw(caller, request).await?;
        let (tenant, now) = (caller.tenant().clone(), self.0.clock.now());
        let named = minted
            .iter()
            .take(IdempotentResult::MAX_NAMED)
            .map(|minted| NamedLicense {
                id: minted.id,
                display_key: minted.display_key.clone(),
            });
        let answer = json!(IdempotentResult::Licenses {
            count: request.count,
            first: named.collect(),
        });
        let write = self.0.store.write(move |tx| {
            async move {
                if let Some(form) = form {
                    tx.use_form(&tenant, form, &answer, now).await?;
                }
                for ((license, entry), number) in rows.iter().zip(1..) {
                    tx.insert_license(license).await?;
                    tx.record(entry).await?;
                    made(number);
                }
                Ok::<_, Error>(())
            }
            .boxed()
        });
        write.await?;
        Ok(minted)
    }

    /// Generates the keys and the rows to insert.
    async fn draw(
        &self,
        caller: &Caller,
        request: &MintRequest,
    ) -> Result<(Vec<Minted>, Rows), Error> {
        let (context, now) = (&self.0, self.0.clock.now());
        let (product, key_type) = self.product_and_key_type(caller, request).await?;
        let drawn = (0..request.count).map(|_| {
            let key = LicenseKey::generate(&product.key_prefix, context.rng.bytes());
            let license = new_license(&product, &key_type, &key, request.customer.clone(), now);
            let details = json!({
                "display_key": license.display_key, "product": product.id, "key_type": key_type.id,
            });
            let entry = context.audit(caller, now, Action::ManualMint, Some(license.id), details);
            let minted = Minted {
                key,
                id: license.id,
                display_key: license.display_key.clone(),
            };
            (minted, (license, entry))
        });
        Ok(drawn.unzip())
    }

    async fn product_and_key_type(
        &self,
        caller: &Caller,
        request: &MintRequest,
    ) -> Result<(Product, KeyType), Error> {
        let (store, tenant) = (&self.0.store, caller.tenant());
        let unknown = || Invalid::UnknownProduct(request.product.clone());
        let product = store
            .product(tenant, &request.product)
            .await?
            .ok_or_else(unknown)?;
        let mut key_types = store.key_types(tenant, &request.product).await?;
        let key_type = match &request.key_type {
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

/// Creates a license from a key type. The key type's values are copied, so later changes to it do
/// not affect the license.
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

fn key_type_gone() -> FormError {
    let wrong = "this key type has just been deleted; choose another";
    FormError::field("key_type", wrong)
}

fn check(request: &MintRequest) -> Result<(), Invalid> {
    check_email(request.customer.email.as_deref())?;
    check_name(request.customer.name.as_deref())?;
    check_count(request.count)
}

pub(super) fn check_email(email: Option<&str>) -> Result<(), Invalid> {
    email.map_or(Ok(()), email::check)
}

pub(super) fn check_name(name: Option<&str>) -> Result<(), Invalid> {
    name.map(checked_name).transpose().map(drop)
}

pub(super) fn check_count(count: u32) -> Result<(), Invalid> {
    if (1..=MAX_MINTED_AT_ONCE).contains(&count) {
        Ok(())
    } else {
        Err(Invalid::Count {
            max: MAX_MINTED_AT_ONCE,
        })
    }
}
