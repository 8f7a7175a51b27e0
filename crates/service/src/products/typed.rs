//! Products and key types as they are typed into forms: everything that is wrong is told at once, each beside its field, and
//! nothing is made by halves.

use std::fmt::Display;

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
    KeyTypeChange, NewKeyType, NewProduct, ProductChange, Products,
    show::{PREFIX_TAKEN, key_prefix},
};
use crate::{
    Caller, Error,
    error::checked_name,
    forms::{FormError, WrongFields},
};

/// Most entitlements that a key type may have: they are in each lease of each of its licenses.
const MOST_ENTITLEMENTS: usize = 50;

/// A product, as typed. What may be left out is empty.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TypedProduct {
    /// Its name on pages.
    pub name: String,
    /// Its slug; looked at only when it is made.
    pub slug: String,
    /// What its keys begin with; looked at only when it is made.
    pub key_prefix: String,
    /// Days that its app may be tried without a key.
    pub trial_days: String,
    /// `yes`, `no`, or nothing.
    pub free_tier: String,
}

/// A key type, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TypedKeyType {
    /// Its slug; looked at only when it is made.
    pub slug: String,
    /// Devices that may hold a slot at once.
    pub activation_limit: String,
    /// How many of [`TypedKeyType::duration_unit`]; not looked at for lifetime.
    pub duration: String,
    /// A [`DurationUnit`], or `lifetime`.
    pub duration_unit: String,
    /// Names, with commas or white space between them.
    pub entitlements: String,
    /// `yes`, where the app may go on in reduced mode after expiry.
    pub fallback: String,
}

impl Products {
    /// Makes a product of what was typed.
    pub async fn add_typed(
        &self,
        caller: &Caller,
        typed: TypedProduct,
    ) -> Result<ProductId, FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut wrong = WrongFields::default();
        let name = wrong.take("name", checked_name(&typed.name));
        let id = wrong.take("slug", slug(&typed.slug));
        let key_prefix = wrong.take("key_prefix", key_prefix(&typed.key_prefix));
        let settings = settings(&mut wrong, &typed);
        let made = (|| {
            Some(NewProduct {
                id: id?,
                name: name?,
                key_prefix: key_prefix?,
                settings,
            })
        })();
        let new = wrong.none(made)?;
        match self.add(caller, new.clone()).await {
            Ok(()) => Ok(new.id),
            Err(Error::Conflict(_)) => Err(self.taken(caller, &new).await?),
            Err(error) => Err(error.into()),
        }
    }

    /// What a new product is in conflict with. The same form sent twice, as by a double click, made it the first time.
    async fn taken(&self, caller: &Caller, new: &NewProduct) -> Result<FormError, Error> {
        let existing = self.0.store.product(caller.tenant(), &new.id).await?;
        Ok(match existing {
            Some(product) if product.key_prefix == new.key_prefix && product.name == new.name => {
                Error::Conflict("This product is there already: it was saved before").into()
            }
            Some(_) => WrongFields::one("slug", "There is a product of this slug already."),
            None => WrongFields::one("key_prefix", PREFIX_TAKEN),
        })
    }

    /// Makes a product's name and settings what was typed.
    pub async fn change_typed(
        &self,
        caller: &Caller,
        product: ProductId,
        typed: TypedProduct,
    ) -> Result<(), FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut wrong = WrongFields::default();
        let name = wrong.take("name", checked_name(&typed.name));
        let settings = settings(&mut wrong, &typed);
        let change = wrong.none(name.map(|name| ProductChange {
            name: Some(name),
            trial_days: Some(settings.trial_days),
            free_tier: Some(settings.free_tier),
        }))?;
        Ok(self.change(caller, product, change).await?)
    }

    /// Adds a key type of what was typed.
    pub async fn add_key_type_typed(
        &self,
        caller: &Caller,
        product: ProductId,
        typed: TypedKeyType,
    ) -> Result<KeyTypeId, FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut wrong = WrongFields::default();
        let id: Option<KeyTypeId> = wrong.take("slug", slug(&typed.slug));
        let change = key_type(&mut wrong, &typed);
        let made = (|| {
            let change = change?;
            Some(NewKeyType {
                product,
                id: id?,
                activation_limit: change.activation_limit?,
                duration_days: change.duration_days?,
                entitlements: change.entitlements?,
                fallback: change.fallback?,
            })
        })();
        let new = wrong.none(made)?;
        match self.add_key_type(caller, new.clone()).await {
            Ok(()) => Ok(new.id),
            Err(Error::Conflict(_)) => {
                let there = self.show_key_type(caller, &new.product, &new.id).await?;
                Err(if is_made_of(&there, &new) {
                    Error::Conflict("This key type is there already: it was saved before").into()
                } else {
                    WrongFields::one("slug", "The product has a key type of this slug already.")
                })
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Makes a key type what was typed, for licenses minted from now on.
    pub async fn change_key_type_typed(
        &self,
        caller: &Caller,
        product: ProductId,
        id: KeyTypeId,
        typed: TypedKeyType,
    ) -> Result<(), FormError> {
        caller.require(Permission::ManageProducts)?;
        let mut wrong = WrongFields::default();
        let change = key_type(&mut wrong, &typed);
        let change = wrong.none(change)?;
        Ok(self.change_key_type(caller, product, id, change).await?)
    }
}

fn is_made_of(key_type: &KeyType, new: &NewKeyType) -> bool {
    key_type.activation_limit == new.activation_limit
        && key_type.duration_days == new.duration_days
        && key_type.entitlements == new.entitlements
        && key_type.fallback == new.fallback
}

fn slug<T: std::str::FromStr>(typed: &str) -> Result<T, String>
where
    T::Err: Display,
{
    typed
        .trim()
        .parse()
        .map_err(|wrong: T::Err| format!("a slug {wrong}"))
}

/// What is left empty is not set.
fn settings(wrong: &mut WrongFields, typed: &TypedProduct) -> ProductSettings {
    let trial_days = typed.trial_days.trim();
    let trial_days = (!trial_days.is_empty())
        .then(|| wrong.take("trial_days", trial_days.parse()))
        .flatten();
    let free_tier = match typed.free_tier.as_str() {
        "" => Ok(None),
        "yes" => Ok(Some(true)),
        "no" => Ok(Some(false)),
        _ => Err("choose one of the values"),
    };
    let free_tier = wrong.take("free_tier", free_tier).flatten();
    ProductSettings {
        trial_days,
        free_tier,
    }
}

/// Everything of a key type but its slug.
fn key_type(wrong: &mut WrongFields, typed: &TypedKeyType) -> Option<KeyTypeChange> {
    let limit = typed.activation_limit.trim().parse();
    let limit = limit.ok().filter(|&limit: &u32| limit > 0);
    let limit = wrong.take(
        "activation_limit",
        limit.ok_or("give a whole number from 1 on"),
    );
    let unit = wrong.take("duration_unit", unit(&typed.duration_unit));
    let duration = unit.and_then(|unit| wrong.take("duration", duration_days(typed, unit)));
    let entitlements = wrong.take("entitlements", entitlements(&typed.entitlements));
    Some(KeyTypeChange {
        activation_limit: Some(limit?),
        duration_days: Some(duration?),
        entitlements: Some(entitlements?),
        fallback: Some(typed.fallback == "yes"),
    })
}

/// `None` for life.
fn unit(name: &str) -> Result<Option<DurationUnit>, &'static str> {
    match DurationUnit::from_name(name) {
        None if name != "lifetime" => Err("choose how long it lasts"),
        unit => Ok(unit),
    }
}

fn duration_days(typed: &TypedKeyType, unit: Option<DurationUnit>) -> Result<Option<u32>, String> {
    let count = typed.duration.trim();
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

fn entitlements(typed: &str) -> Result<Entitlements, String> {
    let names = typed
        .split([',', ' ', '\t', '\r', '\n'])
        .filter(|name| !name.is_empty());
    let names: Vec<&str> = names.collect();
    if names.len() > MOST_ENTITLEMENTS {
        return Err(format!("at most {MOST_ENTITLEMENTS} entitlements"));
    }
    let read = names.into_iter().map(str::parse::<Entitlement>);
    let read: Result<_, _> = read.collect();
    read.map_err(|wrong| wrong.to_string())
}
