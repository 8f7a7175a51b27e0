//! Licenses to mint, as they are typed into the form.

use keywright_domain::{
    ids::{FormId, KeyTypeId, ProductId},
    license::Customer,
    role::Permission,
};
use serde::Deserialize;

use super::{
    Licenses, MOST_AT_ONCE, MintOrder,
    mint::{check_count, check_email, check_name},
};
use crate::{
    Caller, Error, Invalid,
    forms::{FormError, WrongFields, form_id},
};

/// Licenses to mint, as typed. What may be left out is empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TypedMint {
    /// The id of the form, which mints once.
    pub form_id: String,
    /// A product and one of its key types: `notes/pro`.
    pub key_type: String,
    /// Whom the licenses are for.
    pub customer_name: String,
    /// And their address.
    pub customer_email: String,
    /// How many.
    pub count: String,
}

impl Licenses {
    /// The id of a form to mint with.
    pub fn new_form(&self) -> FormId {
        self.0.new_form()
    }

    /// What was typed, once every field is right: to be minted by the form of that id.
    pub async fn mint_typed(
        &self,
        caller: &Caller,
        typed: TypedMint,
    ) -> Result<(MintOrder, FormId), FormError> {
        caller.require(Permission::ActOnLicenses)?;
        let form = form_id(&typed.form_id).map_err(Error::from)?;
        if let Some(made) = self.0.made_by(caller, form).await? {
            return Err(FormError::Used(made));
        }
        let mut wrong = WrongFields::default();
        let key_type = self.known_key_type(caller, &typed.key_type).await?;
        let key_type = wrong.take(
            "key_type",
            key_type.ok_or("choose a product and one of its key types"),
        );
        let name = given(&typed.customer_name);
        let name = wrong.take("customer_name", check_name(name.as_deref()).map(|()| name));
        let email = given(&typed.customer_email);
        let email = wrong.take(
            "customer_email",
            check_email(email.as_deref()).map(|()| email),
        );
        let count = wrong.take("count", count(&typed.count));
        let order = (|| {
            let (product, key_type) = key_type?;
            Some(MintOrder {
                product,
                key_type: Some(key_type),
                customer: Customer {
                    name: name?,
                    email: email?,
                },
                count: count?,
            })
        })();
        Ok((wrong.none(order)?, form))
    }

    async fn known_key_type(
        &self,
        caller: &Caller,
        typed: &str,
    ) -> Result<Option<(ProductId, KeyTypeId)>, Error> {
        let Some((product, key_type)) = typed.split_once('/') else {
            return Ok(None);
        };
        let (Ok(product), Ok(key_type)) = (product.parse(), key_type.parse()) else {
            return Ok(None);
        };
        let key_types = self.0.store.key_types(caller.tenant(), &product).await?;
        let is_known = key_types.iter().any(|known| known.id == key_type);
        Ok(is_known.then_some((product, key_type)))
    }
}

fn given(typed: &str) -> Option<String> {
    let typed = typed.trim();
    (!typed.is_empty()).then(|| typed.to_owned())
}

fn count(typed: &str) -> Result<u32, Invalid> {
    let count = typed
        .trim()
        .parse()
        .map_err(|_| Invalid::Count { max: MOST_AT_ONCE })?;
    check_count(count).map(|()| count)
}
