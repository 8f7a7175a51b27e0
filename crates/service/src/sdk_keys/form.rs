//! The forms that create, import and revoke SDK keys.

use keywright_domain::{
    ids::FormId,
    role::Permission,
    sdk_key::{GracePeriod, SdkKey, SdkKeyHash},
};
use serde::Deserialize;

use super::{CREATE, FormPrecondition, KeyReplacement, SdkKeys, import, rotation};
use crate::{
    Caller, Error, InvalidInputError,
    forms::{FieldErrors, FormError, parse_form_id},
};

/// The submitted form. No `Debug`, because it may contain a key.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct SdkKeyForm {
    /// Idempotency key of the form.
    pub form_id: String,
    /// Fingerprint of the current key when the form was loaded, or `none`.
    pub current_key: String,
    /// Days for which the replaced key stays valid; empty if no key is replaced.
    pub old_keys: String,
    /// Key to import.
    pub sdk_key: String,
}

impl SdkKeys {
    /// Returns the idempotency key for a new form.
    pub fn new_form(&self) -> FormId {
        self.context.new_form_id()
    }

    /// Creates the tenant's first SDK key, or a replacement if the form was loaded with a current
    /// key.
    pub async fn create_from_form(
        &self,
        caller: &Caller,
        form: &SdkKeyForm,
    ) -> Result<SdkKey, FormError> {
        caller.require(Permission::ManageKeys)?;
        let precondition = form.precondition()?;
        let replacement = match precondition.expected_current_key {
            None => CREATE,
            Some(_) => rotation(form.parse_grace_period()?),
        };
        let key = self.generate();
        self.replace_idempotently(caller, &key, replacement, precondition)
            .await?;
        Ok(key)
    }

    /// Imports a key that released apps already use.
    pub async fn import_from_form(
        &self,
        caller: &Caller,
        form: &SdkKeyForm,
    ) -> Result<(), FormError> {
        caller.require(Permission::ManageKeys)?;
        parse_form_id(&form.form_id).map_err(Error::from)?;
        let mut errors = FieldErrors::default();
        let key = errors.collect("sdk_key", form.sdk_key.trim().parse::<SdkKey>());
        let key = errors.finish(|| key)?;
        let precondition = form.precondition()?;
        let old_keys = match precondition.expected_current_key {
            None => GracePeriod::DEFAULT,
            Some(_) => form.parse_grace_period()?,
        };
        self.replace_idempotently(caller, &key, import(old_keys), precondition)
            .await
    }

    /// Changes the expiry of a replaced key.
    pub async fn change_end_from_form(
        &self,
        caller: &Caller,
        hash: SdkKeyHash,
        form: &SdkKeyForm,
    ) -> Result<(), FormError> {
        caller.require(Permission::ManageKeys)?;
        Ok(self
            .change_end(caller, hash, form.parse_grace_period()?)
            .await?)
    }

    async fn replace_idempotently(
        &self,
        caller: &Caller,
        key: &SdkKey,
        replacement: KeyReplacement,
        precondition: FormPrecondition,
    ) -> Result<(), FormError> {
        let form_id = precondition.form_id;
        match self
            .replace(caller, key, replacement, Some(precondition))
            .await
        {
            Ok(_) => Ok(()),
            Err(error) => Err(self.context.classify_conflict(caller, form_id, error).await),
        }
    }
}

impl SdkKeyForm {
    fn precondition(&self) -> Result<FormPrecondition, Error> {
        let form_id = parse_form_id(&self.form_id)?;
        let expected = match self.current_key.as_str() {
            "none" => None,
            fingerprint => {
                Some(SdkKeyHash::from_hex(fingerprint).ok_or(InvalidInputError::InvalidFormId)?)
            }
        };
        Ok(FormPrecondition {
            form_id,
            expected_current_key: expected,
        })
    }

    fn parse_grace_period(&self) -> Result<GracePeriod, FormError> {
        let days = self.old_keys.parse().ok();
        days.and_then(GracePeriod::from_days)
            .ok_or_else(|| FormError::field("old_keys", "choose one of the options"))
    }
}
