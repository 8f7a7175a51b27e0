//! The forms of products and key types.

use std::{fmt::Display, str::FromStr};

use keywright_domain::{
    duration::{self, DurationUnit},
    entitlement::{Entitlement, Entitlements},
    ids::{KeyTypeId, ProductId},
    product::KeyType,
    role::Permission,
    settings::ProductSettings,
};
use serde::Deserialize;

use super::{
    CreateKeyType, CreateProduct, Products, UpdateKeyType, UpdateProduct,
    show::{PREFIX_TAKEN, key_prefix},
};
use crate::{
    Caller, Error,
    forms::{FieldErrors, FormError},
    name::checked_name,
};

/// Maximum number of entitlements of a key type: every lease of its licenses carries them.
const MAX_ENTITLEMENTS: usize = 50;

/// The form of a product as submitted; optional fields may be empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ProductForm {
    /// Its name on pages.
    pub name: String,
    /// Its slug; read only when the product is created.
    pub slug: String,
    /// The prefix of its keys; read only when the product is created.
    pub key_prefix: String,
    /// Days that its app may be tried without a key.
    pub trial_days: String,
    /// `yes`, `no`, or nothing.
    pub free_tier: String,
}

/// The form of a key type as submitted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct KeyTypeForm {
    /// Its slug; read only when the key type is created.
    pub slug: String,
    /// Devices that may hold a slot at once.
    pub activation_limit: String,
    /// How many of [`KeyTypeForm::duration_unit`]; empty for lifetime.
    pub duration: String,
    /// A [`DurationUnit`], or `lifetime`.
    pub duration_unit: String,
    /// Names, with commas or white space between them.
    pub entitlements: String,
    /// `yes`, where the app may go on in reduced mode after expiry.
    pub fallback: String,
}

impl Products {
    /// Creates a product.
    pub async fn create_from_form(
        &self,
        caller: &Caller,
        form: ProductForm,
    ) -> Result<ProductId, FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut errors = FieldErrors::default();
        let name = errors.collect("name", checked_name(&form.name));
        let id = errors.collect("slug", slug(&form.slug));
        let key_prefix = errors.collect("key_prefix", key_prefix(&form.key_prefix));
        let settings = settings(&mut errors, &form);
        let new = errors.finish(|| {
            Some(CreateProduct {
                id: id?,
                name: name?,
                key_prefix: key_prefix?,
                settings,
            })
        })?;
        match self.create(caller, new.clone()).await {
            Ok(()) => Ok(new.id),
            Err(Error::Conflict(_)) => Err(self.classify_conflict(caller, &new).await?),
            Err(error) => Err(error.into()),
        }
    }

    /// Finds out what a new product conflicts with. A form submitted twice, as by a double click,
    /// conflicts with its own product.
    async fn classify_conflict(
        &self,
        caller: &Caller,
        new: &CreateProduct,
    ) -> Result<FormError, Error> {
        let existing = self.0.store.product(caller.tenant(), &new.id).await?;
        Ok(match existing {
            Some(product) if product.key_prefix == new.key_prefix && product.name == new.name => {
                Error::Conflict("This product is there already: it was saved before").into()
            }
            Some(_) => FormError::field("slug", "There is a product of this slug already."),
            None => FormError::field("key_prefix", PREFIX_TAKEN),
        })
    }

    /// Changes a product's name and settings.
    pub async fn update_from_form(
        &self,
        caller: &Caller,
        product: ProductId,
        form: ProductForm,
    ) -> Result<(), FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut errors = FieldErrors::default();
        let name = errors.collect("name", checked_name(&form.name));
        let settings = settings(&mut errors, &form);
        let update = errors.finish(|| {
            Some(UpdateProduct {
                name: Some(name?),
                trial_days: Some(settings.trial_days),
                free_tier: Some(settings.free_tier),
            })
        })?;
        Ok(self.update(caller, product, update).await?)
    }

    /// Creates a key type.
    pub async fn create_key_type_from_form(
        &self,
        caller: &Caller,
        product: ProductId,
        form: KeyTypeForm,
    ) -> Result<KeyTypeId, FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut errors = FieldErrors::default();
        let id = errors.collect("slug", slug(&form.slug));
        let terms = key_type_terms(&mut errors, &form);
        let new = errors.finish(|| {
            let terms = terms?;
            Some(CreateKeyType {
                product,
                id: id?,
                activation_limit: terms.activation_limit?,
                duration_days: terms.duration_days?,
                entitlements: terms.entitlements?,
                fallback: terms.fallback?,
            })
        })?;
        match self.create_key_type(caller, new.clone()).await {
            Ok(()) => Ok(new.id),
            Err(Error::Conflict(_)) => {
                let there = self.show_key_type(caller, &new.product, &new.id).await?;
                Err(if has_terms_of(&there, &new) {
                    Error::Conflict("This key type is there already: it was saved before").into()
                } else {
                    FormError::field("slug", "The product has a key type of this slug already.")
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Changes a key type for licenses that are minted from now on.
    pub async fn update_key_type_from_form(
        &self,
        caller: &Caller,
        product: ProductId,
        id: KeyTypeId,
        form: KeyTypeForm,
    ) -> Result<(), FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut errors = FieldErrors::default();
        let terms = key_type_terms(&mut errors, &form);
        let update = errors.finish(|| terms)?;
        Ok(self.update_key_type(caller, product, id, update).await?)
    }
}

fn has_terms_of(key_type: &KeyType, new: &CreateKeyType) -> bool {
    key_type.activation_limit == new.activation_limit
        && key_type.duration_days == new.duration_days
        && key_type.entitlements == new.entitlements
        && key_type.fallback == new.fallback
}

fn slug<T: FromStr>(text: &str) -> Result<T, String>
where
    T::Err: Display,
{
    text.trim()
        .parse()
        .map_err(|error: T::Err| format!("a slug {error}"))
}

/// Reads the settings; an empty field unsets one.
fn settings(errors: &mut FieldErrors, form: &ProductForm) -> ProductSettings {
    let trial_days = form.trial_days.trim();
    let trial_days = (!trial_days.is_empty())
        .then(|| errors.collect("trial_days", trial_days.parse()))
        .flatten();
    let free_tier = match form.free_tier.as_str() {
        "" => Ok(None),
        "yes" => Ok(Some(true)),
        "no" => Ok(Some(false)),
        _ => Err("choose one of the values"),
    };
    let free_tier = errors.collect("free_tier", free_tier).flatten();
    ProductSettings {
        trial_days,
        free_tier,
    }
}

/// Reads every field of a key type except its slug.
fn key_type_terms(errors: &mut FieldErrors, form: &KeyTypeForm) -> Option<UpdateKeyType> {
    let limit = form.activation_limit.trim().parse();
    let limit = limit.ok().filter(|&limit: &u32| limit > 0);
    let limit = errors.collect(
        "activation_limit",
        limit.ok_or("give a whole number from 1 on"),
    );
    let unit = errors.collect("duration_unit", unit(&form.duration_unit));
    let duration = unit.and_then(|unit| errors.collect("duration", duration_days(form, unit)));
    let entitlements = errors.collect("entitlements", entitlements(&form.entitlements));
    Some(UpdateKeyType {
        activation_limit: Some(limit?),
        duration_days: Some(duration?),
        entitlements: Some(entitlements?),
        fallback: Some(form.fallback == "yes"),
    })
}

/// Parses the unit; `None` for lifetime.
fn unit(name: &str) -> Result<Option<DurationUnit>, &'static str> {
    match DurationUnit::from_name(name) {
        None if name != "lifetime" => Err("choose how long it lasts"),
        unit => Ok(unit),
    }
}

fn duration_days(form: &KeyTypeForm, unit: Option<DurationUnit>) -> Result<Option<u32>, String> {
    let count = form.duration.trim();
    let Some(unit) = unit else {
        let wrong = "a license for life takes no number: choose a unit, or leave this empty";
        return if count.is_empty() {
            Ok(None)
        } else {
            Err(wrong.to_owned())
        };
    };
    let count = count.parse();
    let count = count.map_err(|_| format!("say how many {}, as a whole number", unit.as_str()))?;
    let days = duration::days(count, unit);
    days.map(Some).map_err(|wrong| wrong.to_string())
}

fn entitlements(text: &str) -> Result<Entitlements, String> {
    let names = text
        .split([',', ' ', '\t', '\r', '\n'])
        .filter(|name| !name.is_empty());
    let names: Vec<&str> = names.collect();
    if names.len() > MAX_ENTITLEMENTS {
        return Err(format!("at most {MAX_ENTITLEMENTS} entitlements"));
    }
    let read = names.into_iter().map(str::parse::<Entitlement>);
    let read: Result<_, _> = read.collect();
    read.map_err(|wrong| wrong.to_string())
}
