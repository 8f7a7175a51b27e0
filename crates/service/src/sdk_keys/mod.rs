//! A tenant's SDK keys: what ships in its apps and opens the device API.

mod form;

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    ids::FormId,
    role::Permission,
    sdk_key::{ListedSdkKey, OldKeys, SdkKey, SdkKeyHash},
    time::Timestamp,
};
use serde_json::json;

pub use form::SdkKeyForm;

use crate::{Caller, Error, context::Context, forms::IdempotentResult};

/// Use cases around SDK keys.
#[derive(Clone)]
pub struct SdkKeys(pub(crate) Arc<Context>);

/// How a key takes the place of the current one.
#[derive(Clone, Copy)]
struct KeyReplacement {
    action: Action,
    /// What becomes of the keys before it.
    old_keys: OldKeys,
    /// Whether it may.
    check: fn(current: Option<SdkKeyHash>, new: SdkKeyHash) -> Result<(), Error>,
}

/// The state that a form was loaded in.
#[derive(Clone, Copy)]
struct FormPrecondition {
    /// The form, which creates one key.
    form_id: FormId,
    /// The current key, if there was one.
    expected: Option<SdkKeyHash>,
}

/// The first key.
const SET: KeyReplacement = KeyReplacement {
    action: Action::SdkKeySet,
    old_keys: OldKeys::KEEP_FOR_GRACE,
    check: |current, _| match current {
        Some(_) => Err(Error::Conflict(
            "The tenant has an SDK key already; rotate it to get a new one",
        )),
        None => Ok(()),
    },
};

/// A new key in place of the one there is.
const fn rotation(old_keys: OldKeys) -> KeyReplacement {
    KeyReplacement {
        action: Action::SdkKeyRotate,
        old_keys,
        check: |current, _| match current {
            Some(_) => Ok(()),
            None => Err(Error::Conflict("The tenant has no SDK key yet; set one")),
        },
    }
}

/// A key that apps have already.
const fn import(old_keys: OldKeys) -> KeyReplacement {
    KeyReplacement {
        action: Action::SdkKeyImport,
        old_keys,
        check: |current, new| match current {
            Some(current) if current == new => {
                Err(Error::Conflict("This is the tenant's SDK key already"))
            }
            _ => Ok(()),
        },
    }
}

impl SdkKeys {
    /// The tenant's keys: the current one, then those that were replaced, the latest end first. With them the time, for
    /// whether they work.
    pub async fn list(&self, caller: &Caller) -> Result<(Vec<ListedSdkKey>, Timestamp), Error> {
        caller.require(Permission::ManageKeys)?;
        let keys = self.0.store.sdk_keys(caller.tenant()).await?;
        Ok((keys, self.0.clock.now()))
    }

    /// Makes the tenant's first SDK key: from now on its apps need one.
    pub async fn set(&self, caller: &Caller) -> Result<SdkKey, Error> {
        let key = self.fresh();
        self.replace(caller, &key, SET, None).await?;
        Ok(key)
    }

    /// Makes a new SDK key in place of the one there is.
    pub async fn rotate(&self, caller: &Caller, old_keys: OldKeys) -> Result<SdkKey, Error> {
        let key = self.fresh();
        self.replace(caller, &key, rotation(old_keys), None).await?;
        Ok(key)
    }

    /// Takes over a key that apps in the field have already, in place of the one there is: says whether there was one.
    /// A key that was replaced before works again.
    pub async fn import(
        &self,
        caller: &Caller,
        key: &SdkKey,
        old_keys: OldKeys,
    ) -> Result<bool, Error> {
        self.replace(caller, key, import(old_keys), None).await
    }

    /// Moves the end of a key that was replaced and works still: so many days from now, or at once.
    pub async fn move_end(
        &self,
        caller: &Caller,
        hash: SdkKeyHash,
        ends_in: OldKeys,
    ) -> Result<(), Error> {
        caller.require(Permission::ManageKeys)?;
        let now = self.0.clock.now();
        let ends_at = ends_in.end_at(now);
        let action = match ends_in {
            OldKeys::END_NOW => Action::SdkKeyEnd,
            _ => Action::SdkKeyEndMove,
        };
        let details = json!({ "fingerprint": hash.to_string(), "ends_at": ends_at.seconds() });
        let entry = self.0.audit(caller, now, action, None, details);
        self.0
            .store
            .write(move |tx| {
                async move {
                    let tenant = &entry.tenant;
                    tx.lock_tenant(tenant).await?;
                    let ends = tx.sdk_key_end(tenant, hash).await?;
                    let end = ends.ok_or(Error::NotFound)?;
                    if end.is_none_or(|end| end <= now) {
                        return Err(Error::Conflict(
                            "This SDK key has no end to move: it is the current one, or has ended",
                        ));
                    }
                    tx.move_sdk_key_end(tenant, hash, ends_at).await?;
                    Ok(tx.record(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    /// Ends the keys that were replaced and work still, because one of them has leaked. The current one stays.
    pub async fn end_replaced(&self, caller: &Caller) -> Result<(), Error> {
        caller.require(Permission::ManageKeys)?;
        let now = self.0.clock.now();
        let entry = self
            .0
            .audit(caller, now, Action::SdkKeyEnd, None, json!({}));
        self.0
            .store
            .write(move |tx| {
                async move {
                    if !tx.end_replaced_sdk_keys(&entry.tenant, now).await? {
                        return Err(Error::Conflict("No replaced SDK key works any more"));
                    }
                    Ok(tx.record(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    fn fresh(&self) -> SdkKey {
        SdkKey::generate(self.0.rng.bytes())
    }

    /// Puts `key` in the place of the current one; says whether there was one.
    async fn replace(
        &self,
        caller: &Caller,
        key: &SdkKey,
        replacement: KeyReplacement,
        precondition: Option<FormPrecondition>,
    ) -> Result<bool, Error> {
        caller.require(Permission::ManageKeys)?;
        let (context, caller) = (self.0.clone(), caller.clone());
        let (hash, now) = (key.hash(), self.0.clock.now());
        let write = self.0.store.write(move |tx| {
            async move {
                let (tenant, ends_at) = (caller.tenant(), replacement.old_keys.end_at(now));
                let fingerprint = hash.to_string();
                if let Some(FormPrecondition { form_id, .. }) = precondition {
                    let result = json!(IdempotentResult::SdkKey {
                        fingerprint: fingerprint.clone(),
                    });
                    tx.use_form(tenant, form_id, &result, now).await?;
                }
                tx.lock_tenant(tenant).await?;
                let current = tx.current_sdk_key(tenant).await?;
                if precondition.is_some_and(|form| form.expected != current) {
                    return Err(Error::Conflict(
                        "The SDK key is another one by now than when this form was loaded",
                    ));
                }
                (replacement.check)(current, hash)?;
                tx.end_sdk_keys(tenant, ends_at).await?;
                tx.insert_sdk_key(tenant, hash, &caller.actor().name, now)
                    .await?;
                let details = match current {
                    Some(_) => json!({
                        "fingerprint": fingerprint, "old_key_ends_at": ends_at.seconds(),
                    }),
                    None => json!({ "fingerprint": fingerprint }),
                };
                let entry = context.audit(&caller, now, replacement.action, None, details);
                tx.record(&entry).await?;
                Ok(current.is_some())
            }
            .boxed()
        });
        write.await
    }
}
