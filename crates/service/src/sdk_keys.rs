//! A tenant's SDK keys: what ships in its apps and opens the device API.

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    role::Permission,
    sdk_key::{OldKeys, SdkKey, SdkKeyHash},
};
use serde_json::json;

use crate::{Caller, Error, context::Context};

/// Use cases around SDK keys.
#[derive(Clone)]
pub struct SdkKeys(pub(crate) Arc<Context>);

/// Whether a key may take the place of the current one.
type Check = fn(current: Option<SdkKeyHash>, new: SdkKeyHash) -> Result<(), Error>;

impl SdkKeys {
    /// Makes the tenant's first SDK key: from now on its apps need one.
    pub async fn set(&self, caller: &Caller) -> Result<SdkKey, Error> {
        let key = self.fresh();
        let is_first: Check = |current, _| match current {
            Some(_) => Err(Error::Conflict(
                "The tenant has an SDK key already; rotate it to get a new one",
            )),
            None => Ok(()),
        };
        let old_keys = OldKeys::KeepForGrace;
        self.replace(caller, &key, Action::SdkKeySet, old_keys, is_first)
            .await?;
        Ok(key)
    }

    /// Makes a new SDK key in place of the one there is.
    pub async fn rotate(&self, caller: &Caller, old_keys: OldKeys) -> Result<SdkKey, Error> {
        let key = self.fresh();
        let has_one: Check = |current, _| match current {
            Some(_) => Ok(()),
            None => Err(Error::Conflict("The tenant has no SDK key yet; set one")),
        };
        self.replace(caller, &key, Action::SdkKeyRotate, old_keys, has_one)
            .await?;
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
        let is_another: Check = |current, new| match current {
            Some(current) if current == new => {
                Err(Error::Conflict("This is the tenant's SDK key already"))
            }
            _ => Ok(()),
        };
        self.replace(caller, key, Action::SdkKeyImport, old_keys, is_another)
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
        action: Action,
        old_keys: OldKeys,
        check: Check,
    ) -> Result<bool, Error> {
        caller.require(Permission::ManageKeys)?;
        let (context, caller) = (self.0.clone(), caller.clone());
        let (hash, now) = (key.hash(), self.0.clock.now());
        let write = self.0.store.write(move |tx| {
            async move {
                let (tenant, ends_at) = (caller.tenant(), old_keys.end_at(now));
                tx.lock_tenant(tenant).await?;
                let current = tx.current_sdk_key(tenant).await?;
                check(current, hash)?;
                tx.end_sdk_keys(tenant, ends_at).await?;
                tx.insert_sdk_key(tenant, hash, now).await?;
                let details = match current {
                    Some(_) => json!({ "old_key_ends_at": ends_at.seconds() }),
                    None => json!({}),
                };
                let entry = context.audit(&caller, now, action, None, details);
                tx.record(&entry).await?;
                Ok(current.is_some())
            }
            .boxed()
        });
        write.await
    }
}
