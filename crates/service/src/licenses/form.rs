//! Validates the form for minting licenses.

use keywright_domain::{
    ids::{FormId, KeyTypeId, ProductId},
    license::Customer,
    role::Permission,
};
use serde::Deserialize;

use super::{
    Licenses, MAX_LICENSES_PER_MINT, MintRequest,
    mint::{validate_count, validate_customer_name, validate_email},
};
use crate::{
    Caller, Error, InvalidInputError,
    forms::{FieldErrors, FormError, parse_form_id},
};

/// The submitted form. Optional fields may be empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct MintForm {
    /// Idempotency key of the form.
    pub form_id: String,
    /// A product and one of its key types, such as `notes/pro`.
    pub key_type: String,
    pub customer_name: String,
    pub customer_email: String,
    pub count: String,
}

impl Licenses {
    /// Returns the idempotency key for a new form.
    pub fn new_form(&self) -> FormId {
        self.context.new_form_id()
    }

    /// Validates a form that has not been submitted before, for [`Licenses::mint_from_form`].
    pub async fn validate_form(
        &self,
        caller: &Caller,
        form: MintForm,
    ) -> Result<(MintRequest, FormId), FormError> {
        caller.require(Permission::ActOnLicenses)?;
        let form_id = parse_form_id(&form.form_id).map_err(Error::from)?;
        if let Some(result) = self.context.previous_result(caller, form_id).await? {
            return Err(FormError::Duplicate(result));
        }
        let mut errors = FieldErrors::default();
        let key_type = self.find_key_type(caller, &form.key_type).await?;
        let key_type = errors.collect(
            "key_type",
            key_type.ok_or("choose a product and one of its key types"),
        );
        let name = non_empty(&form.customer_name);
        let name = errors.collect(
            "customer_name",
            validate_customer_name(name.as_deref()).map(|()| name),
        );
        let email = non_empty(&form.customer_email);
        let email = errors.collect(
            "customer_email",
            validate_email(email.as_deref()).map(|()| email),
        );
        let count = errors.collect("count", parse_count(&form.count));
        let request = errors.finish(|| {
            let (product, key_type) = key_type?;
            Some(MintRequest {
                product_id: product,
                key_type_id: Some(key_type),
                customer: Customer {
                    name: name?,
                    email: email?,
                },
                count: count?,
            })
        })?;
        Ok((request, form_id))
    }

    async fn find_key_type(
        &self,
        caller: &Caller,
        text: &str,
    ) -> Result<Option<(ProductId, KeyTypeId)>, Error> {
        let Some((product, key_type)) = text.split_once('/') else {
            return Ok(None);
        };
        let (Ok(product), Ok(key_type)) = (product.parse(), key_type.parse()) else {
            return Ok(None);
        };
        let key_types = self
            .context
            .store
            .list_key_types(caller.tenant_id(), &product)
            .await?;
        let is_known = key_types.iter().any(|known| known.id == key_type);
        Ok(is_known.then_some((product, key_type)))
    }
}

fn non_empty(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn parse_count(text: &str) -> Result<u32, InvalidInputError> {
    let count = text
        .trim()
        .parse()
        .map_err(|_| InvalidInputError::CountOutOfRange {
            max: MAX_LICENSES_PER_MINT,
        })?;
    validate_count(count).map(|()| count)
}
