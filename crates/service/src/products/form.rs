//! The product and key type forms.

use std::{fmt::Display, str::FromStr};

use keywright_domain::{
    duration::{self, DurationUnit},
    entitlement::{Entitlement, Entitlements},
    ids::{KeyTypeId, ProductId},
    product::KeyType,
    product_settings::ProductSettings,
    role::Permission,
};
use serde::Deserialize;

use super::{
    CreateKeyType, CreateProduct, Products, UpdateKeyType, UpdateProduct,
    queries::{KEY_PREFIX_TAKEN, parse_key_prefix},
};
use crate::{
    Caller, Error,
    forms::{FieldErrors, FormError},
    name::validate_name,
};

/// Maximum number of entitlements per key type. Every active lease contains them.
const MAX_ENTITLEMENTS: usize = 50;

/// The submitted product form. Optional fields may be empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ProductForm {
    pub name: String,
    /// Used only when the product is created.
    pub slug: String,
    /// Used only when the product is created.
    pub key_prefix: String,
    /// Trial length without a license key, in days.
    pub trial_days: String,
    /// `yes`, `no`, or empty.
    pub free_tier: String,
}

/// The submitted key type form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct KeyTypeForm {
    /// Used only when the key type is created.
    pub slug: String,
    pub activation_limit: String,
    /// Number of duration units; empty for lifetime.
    pub duration: String,
    /// A [`DurationUnit`], or `lifetime`.
    pub duration_unit: String,
    /// Names separated by commas or whitespace.
    pub entitlements: String,
    /// `yes` if the app keeps running in reduced mode after expiry.
    pub fallback: String,
}

impl Products {
    pub async fn create_from_form(
        &self,
        caller: &Caller,
        form: ProductForm,
    ) -> Result<ProductId, FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut errors = FieldErrors::default();
        let name = errors.collect("name", validate_name(&form.name));
        let id = errors.collect("slug", parse_slug(&form.slug));
        let key_prefix = errors.collect("key_prefix", parse_key_prefix(&form.key_prefix));
        let settings = parse_settings(&mut errors, &form);
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

    /// Determines what a new product conflicts with. A form submitted twice, for example by a
    /// double click, conflicts with the product that it created.
    async fn classify_conflict(
        &self,
        caller: &Caller,
        new: &CreateProduct,
    ) -> Result<FormError, Error> {
        let existing = self
            .context
            .store
            .find_product(caller.tenant_id(), &new.id)
            .await?;
        Ok(match existing {
            Some(product) if product.key_prefix == new.key_prefix && product.name == new.name => {
                Error::Conflict("This product has already been saved").into()
            }
            Some(_) => FormError::field("slug", "A product with this slug already exists."),
            None => FormError::field("key_prefix", KEY_PREFIX_TAKEN),
        })
    }

    pub async fn update_from_form(
        &self,
        caller: &Caller,
        product_id: ProductId,
        form: ProductForm,
    ) -> Result<(), FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut errors = FieldErrors::default();
        let name = errors.collect("name", validate_name(&form.name));
        let settings = parse_settings(&mut errors, &form);
        let update = errors.finish(|| {
            Some(UpdateProduct {
                name: Some(name?),
                trial_days: Some(settings.trial_days),
                free_tier: Some(settings.free_tier),
            })
        })?;
        Ok(self.update(caller, product_id, update).await?)
    }

    pub async fn create_key_type_from_form(
        &self,
        caller: &Caller,
        product_id: ProductId,
        form: KeyTypeForm,
    ) -> Result<KeyTypeId, FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut errors = FieldErrors::default();
        let id = errors.collect("slug", parse_slug(&form.slug));
        let terms = parse_key_type_terms(&mut errors, &form);
        let new = errors.finish(|| {
            let terms = terms?;
            Some(CreateKeyType {
                product_id,
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
                let there = self.get_key_type(caller, &new.product_id, &new.id).await?;
                Err(if has_same_terms(&there, &new) {
                    Error::Conflict("This key type has already been saved").into()
                } else {
                    FormError::field("slug", "The product already has a key type with this slug.")
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Updates a key type. Existing licenses are not affected.
    pub async fn update_key_type_from_form(
        &self,
        caller: &Caller,
        product_id: ProductId,
        id: KeyTypeId,
        form: KeyTypeForm,
    ) -> Result<(), FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut errors = FieldErrors::default();
        let terms = parse_key_type_terms(&mut errors, &form);
        let update = errors.finish(|| terms)?;
        Ok(self.update_key_type(caller, product_id, id, update).await?)
    }
}

fn has_same_terms(key_type: &KeyType, new: &CreateKeyType) -> bool {
    key_type.activation_limit == new.activation_limit
        && key_type.duration_days == new.duration_days
        && key_type.entitlements == new.entitlements
        && key_type.fallback == new.fallback
}

fn parse_slug<T: FromStr>(text: &str) -> Result<T, String>
where
    T::Err: Display,
{
    text.trim()
        .parse()
        .map_err(|error: T::Err| format!("the slug {error}"))
}

/// Parses the settings. An empty field unsets the setting.
fn parse_settings(errors: &mut FieldErrors, form: &ProductForm) -> ProductSettings {
    let trial_days = form.trial_days.trim();
    let trial_days = (!trial_days.is_empty())
        .then(|| errors.collect("trial_days", trial_days.parse()))
        .flatten();
    let free_tier = match form.free_tier.as_str() {
        "" => Ok(None),
        "yes" => Ok(Some(true)),
        "no" => Ok(Some(false)),
        _ => Err("choose one of the options"),
    };
    let free_tier = errors.collect("free_tier", free_tier).flatten();
    ProductSettings {
        trial_days,
        free_tier,
    }
}

/// Parses all fields of a key type except its slug.
fn parse_key_type_terms(errors: &mut FieldErrors, form: &KeyTypeForm) -> Option<UpdateKeyType> {
    let limit = form.activation_limit.trim().parse();
    let limit = limit.ok().filter(|&limit: &u32| limit > 0);
    let limit = errors.collect(
        "activation_limit",
        limit.ok_or("enter a whole number, 1 or more"),
    );
    let unit = errors.collect("duration_unit", parse_duration_unit(&form.duration_unit));
    let duration =
        unit.and_then(|unit| errors.collect("duration", parse_duration_days(form, unit)));
    let entitlements = errors.collect("entitlements", parse_entitlements(&form.entitlements));
    Some(UpdateKeyType {
        activation_limit: Some(limit?),
        duration_days: Some(duration?),
        entitlements: Some(entitlements?),
        fallback: Some(form.fallback == "yes"),
    })
}

/// Parses the duration unit; `None` for lifetime.
fn parse_duration_unit(name: &str) -> Result<Option<DurationUnit>, &'static str> {
    match DurationUnit::from_name(name) {
        None if name != "lifetime" => Err("choose how long licenses last"),
        unit => Ok(unit),
    }
}

fn parse_duration_days(
    form: &KeyTypeForm,
    unit: Option<DurationUnit>,
) -> Result<Option<u32>, String> {
    let count = form.duration.trim();
    let Some(unit) = unit else {
        let wrong = "choose a unit, or leave this empty for a lifetime license";
        return if count.is_empty() {
            Ok(None)
        } else {
            Err(wrong.to_owned())
        };
    };
    let count = count.parse();
    let count = count.map_err(|_| format!("enter a whole number of {}", unit.as_str()))?;
    let days = duration::to_days(count, unit);
    days.map(Some).map_err(|wrong| wrong.to_string())
}

fn parse_entitlements(text: &str) -> Result<Entitlements, String> {
    let names = text
        .split([',', ' ', '\t', '\r', '\n'])
        .filter(|name| !name.is_empty());
    let names: Vec<&str> = names.collect();
    if names.len() > MAX_ENTITLEMENTS {
        return Err(format!("enter at most {MAX_ENTITLEMENTS} entitlements"));
    }
    let read = names.into_iter().map(str::parse::<Entitlement>);
    let read: Result<_, _> = read.collect();
    read.map_err(|wrong| wrong.to_string())
}
