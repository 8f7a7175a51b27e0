//! Minting: creates licenses of a key type, all or nothing.

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    ids::{FormId, KeyTypeId, LicenseId, ProductId},
    license::{Customer, License, LicenseRef, LicenseState},
    license_key::{DisplayKey, LicenseKey},
    product::{KeyType, Product},
    role::Permission,
    time::Timestamp,
};
use keywright_store::NewAuditEntry;
use serde_json::json;

use super::Licenses;
use crate::{
    Caller, Error, InvalidInputError, email,
    forms::{FormError, IdempotentResult},
    name::validate_name,
};

/// Maximum number of licenses per request. They are written in one transaction.
pub const MAX_LICENSES_PER_MINT: u32 = 1_000;

#[derive(Debug, Clone)]
pub struct MintRequest {
    pub product_id: ProductId,
    /// May be omitted if the product has exactly one key type.
    pub key_type_id: Option<KeyTypeId>,
    pub customer: Customer,
    /// 1 to [`MAX_LICENSES_PER_MINT`].
    pub count: u32,
}

/// A minted license with its key, which is not stored and can't be shown again.
pub struct MintedLicense {
    pub key: LicenseKey,
    pub id: LicenseId,
    pub display_key: DisplayKey,
}

/// Licenses to insert, each with its audit entry.
type LicenseRows = Vec<(License, NewAuditEntry)>;

impl Licenses {
    /// Mints licenses, each with an audit entry. The keys are only in the return value; they are
    /// not stored.
    pub async fn mint(
        &self,
        caller: &Caller,
        request: MintRequest,
    ) -> Result<Vec<MintedLicense>, Error> {
        self.insert_minted(caller, &request, None, |_| {}).await
    }

    /// Mints licenses from a form. Submitting the form again has no effect. Calls `on_progress`
    /// with the number of licenses inserted so far; they are committed when this returns `Ok`.
    pub async fn mint_from_form(
        &self,
        caller: &Caller,
        request: &MintRequest,
        form: FormId,
        on_progress: impl Fn(u32) + Send + 'static,
    ) -> Result<Vec<MintedLicense>, FormError> {
        match self
            .insert_minted(caller, request, Some(form), on_progress)
            .await
        {
            Ok(minted) => Ok(minted),
            Err(Error::Invalid(
                InvalidInputError::UnknownProduct(_) | InvalidInputError::UnknownKeyType(..),
            )) => Err(key_type_deleted_error()),
            Err(error) => Err(
                match self.context.classify_conflict(caller, form, error).await {
                    // Foreign key violation: the key type was deleted after it was looked up.
                    FormError::Other(Error::Conflict(_)) => key_type_deleted_error(),
                    other => other,
                },
            ),
        }
    }

    async fn insert_minted(
        &self,
        caller: &Caller,
        request: &MintRequest,
        form: Option<FormId>,
        on_progress: impl Fn(u32) + Send + 'static,
    ) -> Result<Vec<MintedLicense>, Error> {
        caller.require(Permission::ActOnLicenses)?;
        validate_request(request)?;
        let (minted, rows) = self.generate_licenses(caller, request).await?;
        let (tenant, now) = (caller.tenant_id().clone(), self.context.clock.now());
        let named = minted
            .iter()
            .take(IdempotentResult::MAX_LISTED)
            .map(|minted| LicenseRef {
                id: minted.id,
                display_key: minted.display_key.clone(),
            });
        let result = json!(IdempotentResult::Licenses {
            count: request.count,
            first: named.collect(),
        });
        let write = self.context.store.write(move |tx| {
            async move {
                if let Some(form) = form {
                    tx.insert_idempotency_key(&tenant, form, &result, now)
                        .await?;
                }
                for ((license, entry), number) in rows.iter().zip(1..) {
                    tx.insert_license(license).await?;
                    tx.insert_audit_entry(entry).await?;
                    on_progress(number);
                }
                Ok::<_, Error>(())
            }
            .boxed()
        });
        write.await?;
        Ok(minted)
    }

    /// Generates the keys and the rows to insert.
    async fn generate_licenses(
        &self,
        caller: &Caller,
        request: &MintRequest,
    ) -> Result<(Vec<MintedLicense>, LicenseRows), Error> {
        let (context, now) = (&self.context, self.context.clock.now());
        let (product, key_type) = self.product_and_key_type(caller, request).await?;
        let generated = (0..request.count).map(|_| {
            let key = LicenseKey::generate(&product.key_prefix, context.rng.bytes());
            let license = new_license(&product, &key_type, &key, request.customer.clone(), now);
            let details = json!({
                "display_key": license.display_key, "product": product.id, "key_type": key_type.id,
            });
            let entry =
                context.new_audit_entry(caller, now, Action::ManualMint, Some(license.id), details);
            let minted = MintedLicense {
                key,
                id: license.id,
                display_key: license.display_key.clone(),
            };
            (minted, (license, entry))
        });
        Ok(generated.unzip())
    }

    async fn product_and_key_type(
        &self,
        caller: &Caller,
        request: &MintRequest,
    ) -> Result<(Product, KeyType), Error> {
        let (store, tenant) = (&self.context.store, caller.tenant_id());
        let unknown = || InvalidInputError::UnknownProduct(request.product_id.clone());
        let product = store
            .find_product(tenant, &request.product_id)
            .await?
            .ok_or_else(unknown)?;
        let mut key_types = store.list_key_types(tenant, &request.product_id).await?;
        let key_type = match &request.key_type_id {
            Some(wanted) => key_types
                .into_iter()
                .find(|key_type| key_type.id == *wanted)
                .ok_or_else(|| {
                    InvalidInputError::UnknownKeyType(product.id.clone(), wanted.clone())
                })?,
            None if key_types.len() == 1 => key_types.remove(0),
            None => return Err(InvalidInputError::KeyTypeRequired(product.id).into()),
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
        tenant_id: product.tenant_id.clone(),
        id: key.id(),
        product_id: product.id.clone(),
        key_type_id: key_type.id.clone(),
        display_key: key.display_key(&product.key_prefix),
        state: LicenseState::Active,
        created_at: now,
        expires_at: key_type.expiry_from(now),
        activation_limit: key_type.activation_limit,
        active_count: 0,
        entitlements: key_type.entitlements.clone(),
        fallback: key_type.fallback,
        customer,
        predecessor_id: None,
        successor_id: None,
    }
}

fn key_type_deleted_error() -> FormError {
    let wrong = "this key type has just been deleted; choose another";
    FormError::field("key_type", wrong)
}

fn validate_request(request: &MintRequest) -> Result<(), InvalidInputError> {
    validate_email(request.customer.email.as_deref())?;
    validate_customer_name(request.customer.name.as_deref())?;
    validate_count(request.count)
}

pub(super) fn validate_email(email: Option<&str>) -> Result<(), InvalidInputError> {
    email.map_or(Ok(()), email::validate)
}

pub(super) fn validate_customer_name(name: Option<&str>) -> Result<(), InvalidInputError> {
    name.map(validate_name).transpose().map(drop)
}

pub(super) fn validate_count(count: u32) -> Result<(), InvalidInputError> {
    if (1..=MAX_LICENSES_PER_MINT).contains(&count) {
        Ok(())
    } else {
        Err(InvalidInputError::CountOutOfRange {
            max: MAX_LICENSES_PER_MINT,
        })
    }
}
