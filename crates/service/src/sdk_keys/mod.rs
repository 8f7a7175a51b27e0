//! SDK keys, which a tenant's apps send to the device API.

mod form;

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    ids::FormId,
    role::Permission,
    sdk_key::{GracePeriod, ListedSdkKey, SdkKey, SdkKeyHash},
    time::Timestamp,
};
use serde_json::json;

pub use form::SdkKeyForm;

use crate::{Caller, Error, context::Context, forms::IdempotentResult};

#[derive(Clone)]
pub struct SdkKeys {
    pub(crate) context: Arc<Context>,
}

/// Parameters of a key replacement.
#[derive(Clone, Copy)]
struct KeyReplacement {
    action: Action,
    /// How long the previous keys stay valid.
    grace_period: GracePeriod,
    check: fn(current: Option<SdkKeyHash>, new: SdkKeyHash) -> Result<(), Error>,
}

/// The state that a form was loaded with.
#[derive(Clone, Copy)]
struct FormPrecondition {
    /// Idempotency key of the form.
    form_id: FormId,
    /// The tenant's current key, if any.
    expected_current_key: Option<SdkKeyHash>,
}

/// Creates the tenant's first key.
const CREATE: KeyReplacement = KeyReplacement {
    action: Action::SdkKeySet,
    grace_period: GracePeriod::DEFAULT,
    check: |current, _| match current {
        Some(_) => Err(Error::Conflict(
            "The tenant already has an SDK key; rotate it to get a new one",
        )),
        None => Ok(()),
    },
};

/// Replaces the current key with a new one.
const fn rotation(old_keys: GracePeriod) -> KeyReplacement {
    KeyReplacement {
        action: Action::SdkKeyRotate,
        grace_period: old_keys,
        check: |current, _| match current {
            Some(_) => Ok(()),
            None => Err(Error::Conflict(
                "The tenant has no SDK key yet; create one first",
            )),
        },
    }
}

/// Replaces the current key, if any, with a key that released apps already use.
const fn import(old_keys: GracePeriod) -> KeyReplacement {
    KeyReplacement {
        action: Action::SdkKeyImport,
        grace_period: old_keys,
        check: |current, new| match current {
            Some(current) if current == new => {
                Err(Error::Conflict("This is already the current SDK key"))
            }
            _ => Ok(()),
        },
    }
}

impl SdkKeys {
    /// Returns the tenant's keys and the current time, which decides whether a key is still valid.
    /// The current key comes first, then replaced keys by descending expiry.
    pub async fn list(&self, caller: &Caller) -> Result<(Vec<ListedSdkKey>, Timestamp), Error> {
        caller.require(Permission::ManageKeys)?;
        let keys = self.context.store.list_sdk_keys(caller.tenant_id()).await?;
        Ok((keys, self.context.clock.now()))
    }

    /// Creates the tenant's first SDK key. After that, the tenant's apps must send a valid key.
    pub async fn create(&self, caller: &Caller) -> Result<SdkKey, Error> {
        let key = self.generate();
        self.replace(caller, &key, CREATE, None).await?;
        Ok(key)
    }

    /// Replaces the current SDK key with a new one.
    pub async fn rotate(&self, caller: &Caller, old_keys: GracePeriod) -> Result<SdkKey, Error> {
        let key = self.generate();
        self.replace(caller, &key, rotation(old_keys), None).await?;
        Ok(key)
    }

    /// Imports a key that released apps already use, and makes it the current key. A previously
    /// replaced key becomes valid again. Returns whether a key was replaced.
    pub async fn import(
        &self,
        caller: &Caller,
        key: &SdkKey,
        old_keys: GracePeriod,
    ) -> Result<bool, Error> {
        self.replace(caller, key, import(old_keys), None).await
    }

    /// Changes the expiry of a replaced key that is still valid, or revokes it if `ends_in` is
    /// [`GracePeriod::NONE`].
    pub async fn change_end(
        &self,
        caller: &Caller,
        hash: SdkKeyHash,
        ends_in: GracePeriod,
    ) -> Result<(), Error> {
        caller.require(Permission::ManageKeys)?;
        let now = self.context.clock.now();
        let ends_at = ends_in.end_at(now);
        let action = match ends_in {
            GracePeriod::NONE => Action::SdkKeyEnd,
            _ => Action::SdkKeyEndMove,
        };
        let details = json!({ "fingerprint": hash.to_string(), "ends_at": ends_at.seconds() });
        let entry = self
            .context
            .new_audit_entry(caller, now, action, None, details);
        self.context
            .store
            .write(move |tx| {
                async move {
                    let tenant = &entry.tenant_id;
                    tx.lock_tenant(tenant).await?;
                    let ends = tx.sdk_key_end(tenant, hash).await?;
                    let end = ends.ok_or(Error::NotFound)?;
                    if end.is_none_or(|end| end <= now) {
                        return Err(Error::Conflict(
                            "Can't change this SDK key's expiry: it is the current key or has already expired",
                        ));
                    }
                    tx.set_sdk_key_end(tenant, hash, ends_at).await?;
                    Ok(tx.insert_audit_entry(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    /// Revokes all replaced keys that are still valid. The current key stays valid.
    pub async fn revoke_replaced(&self, caller: &Caller) -> Result<(), Error> {
        caller.require(Permission::ManageKeys)?;
        let now = self.context.clock.now();
        let entry = self
            .context
            .new_audit_entry(caller, now, Action::SdkKeyEnd, None, json!({}));
        self.context
            .store
            .write(move |tx| {
                async move {
                    if !tx.end_replaced_sdk_keys(&entry.tenant_id, now).await? {
                        return Err(Error::Conflict(
                            "There are no replaced SDK keys left to revoke",
                        ));
                    }
                    Ok(tx.insert_audit_entry(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    fn generate(&self) -> SdkKey {
        SdkKey::generate(self.context.rng.bytes())
    }

    /// Makes `key` the current key. Returns whether a key was replaced.
    async fn replace(
        &self,
        caller: &Caller,
        key: &SdkKey,
        replacement: KeyReplacement,
        precondition: Option<FormPrecondition>,
    ) -> Result<bool, Error> {
        caller.require(Permission::ManageKeys)?;
        let (context, caller) = (self.context.clone(), caller.clone());
        let (hash, now) = (key.hash(), self.context.clock.now());
        let write = self.context.store.write(move |tx| {
            async move {
                let (tenant, ends_at) = (caller.tenant_id(), replacement.grace_period.end_at(now));
                let fingerprint = hash.to_string();
                if let Some(FormPrecondition { form_id, .. }) = precondition {
                    let result = json!(IdempotentResult::SdkKey {
                        fingerprint: fingerprint.clone(),
                    });
                    tx.insert_idempotency_key(tenant, form_id, &result, now)
                        .await?;
                }
                tx.lock_tenant(tenant).await?;
                let current = tx.current_sdk_key(tenant).await?;
                if precondition.is_some_and(|form| form.expected_current_key != current) {
                    return Err(Error::Conflict(
                        "The SDK key has changed since this form was loaded",
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
                let entry =
                    context.new_audit_entry(&caller, now, replacement.action, None, details);
                tx.insert_audit_entry(&entry).await?;
                Ok(current.is_some())
            }
            .boxed()
        });
        write.await
    }
}
