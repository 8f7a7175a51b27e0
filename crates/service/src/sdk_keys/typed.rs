//! SDK keys as they are asked for by forms.

use keywright_domain::{
    ids::FormId,
    role::Permission,
    sdk_key::{OldKeys, SdkKey, SdkKeyHash},
};
use serde::Deserialize;

use super::{Replacement, SET, SdkKeys, Seen, import, rotation};
use crate::{
    Caller, Error, Invalid,
    forms::{FormError, WrongFields, form_id},
};

/// What is asked for, as typed. No `Debug`: there may be a key in it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TypedSdkKey {
    /// The id of a form that makes a key, which makes one.
    pub form_id: String,
    /// The fingerprint of the key that was the current one when the form was loaded; `none` where there was none.
    pub current_key: String,
    /// How many days the key that is replaced works on, as a number; empty where there is none.
    pub old_keys: String,
    /// The key to take over.
    pub sdk_key: String,
}

impl SdkKeys {
    /// The id of a form to make a key with.
    pub fn new_form(&self) -> FormId {
        self.0.new_form()
    }

    /// Makes the first SDK key or, where it says what becomes of the old one, another in its place.
    pub async fn make_typed(
        &self,
        caller: &Caller,
        typed: &TypedSdkKey,
    ) -> Result<SdkKey, FormError> {
        caller.require(Permission::ManageKeys)?;
        let form = form_id(&typed.form_id).map_err(Error::from)?;
        let expected = typed.expected()?;
        let replacement = match expected {
            None => SET,
            Some(_) => rotation(old_keys(&typed.old_keys)?),
        };
        let key = self.fresh();
        let seen = Seen { form, expected };
        self.replace_once(caller, &key, replacement, seen).await?;
        Ok(key)
    }

    /// Takes over a key that apps have already.
    pub async fn import_typed(
        &self,
        caller: &Caller,
        typed: &TypedSdkKey,
    ) -> Result<(), FormError> {
        caller.require(Permission::ManageKeys)?;
        let form = form_id(&typed.form_id).map_err(Error::from)?;
        let mut wrong = WrongFields::default();
        let key = wrong.take("sdk_key", typed.sdk_key.trim().parse::<SdkKey>());
        let key = wrong.none(key)?;
        let expected = typed.expected()?;
        let old_keys = match expected {
            None => OldKeys::KEEP_FOR_GRACE,
            Some(_) => old_keys(&typed.old_keys)?,
        };
        let seen = Seen { form, expected };
        self.replace_once(caller, &key, import(old_keys), seen)
            .await
    }

    /// Moves the end of a key that was replaced.
    pub async fn move_end_typed(
        &self,
        caller: &Caller,
        hash: SdkKeyHash,
        typed: &TypedSdkKey,
    ) -> Result<(), FormError> {
        caller.require(Permission::ManageKeys)?;
        Ok(self
            .move_end(caller, hash, old_keys(&typed.old_keys)?)
            .await?)
    }

    async fn replace_once(
        &self,
        caller: &Caller,
        key: &SdkKey,
        replacement: Replacement,
        seen: Seen,
    ) -> Result<(), FormError> {
        let form = seen.form;
        match self.replace(caller, key, replacement, Some(seen)).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.0.why_not(caller, form, error).await),
        }
    }
}

impl TypedSdkKey {
    /// Which key the form is to take the place of.
    fn expected(&self) -> Result<Option<SdkKeyHash>, Error> {
        match self.current_key.as_str() {
            "none" => Ok(None),
            fingerprint => match SdkKeyHash::from_hex(fingerprint) {
                Some(hash) => Ok(Some(hash)),
                None => Err(Invalid::FormId.into()),
            },
        }
    }
}

fn old_keys(typed: &str) -> Result<OldKeys, FormError> {
    let days = typed.parse().ok();
    days.and_then(OldKeys::from_days)
        .ok_or_else(|| WrongFields::one("old_keys", "choose one of the values"))
}
