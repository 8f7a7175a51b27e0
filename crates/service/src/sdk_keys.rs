//! A tenant's SDK keys: what ships in its apps and opens the device API.

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    role::Permission,
    sdk_key::{OldKeys, SdkKey},
    time::Timestamp,
};
use serde_json::json;

use crate::{Caller, Error, context::Context};

/// A new key, shown this once.
pub struct NewSdkKey {
    /// The key itself.
    pub key: SdkKey,
    /// When the key that it takes the place of ends.
    pub old_key_ends_at: Timestamp,
}

/// Use cases around SDK keys.
#[derive(Clone)]
pub struct SdkKeys(pub(crate) Arc<Context>);

impl SdkKeys {
    /// Makes the tenant's first SDK key: from now on its apps need one.
    pub async fn set(&self, caller: &Caller) -> Result<SdkKey, Error> {
        let key = self.fresh();
        let old_keys = OldKeys::KeepForGrace;
        self.replace(caller, &key, Action::SdkKeySet, old_keys)
            .await?;
        Ok(key)
    }

    /// Makes a new SDK key in place of the one there is.
    pub async fn rotate(&self, caller: &Caller, old_keys: OldKeys) -> Result<NewSdkKey, Error> {
        let key = self.fresh();
        let old_key_ends_at = self
            .replace(caller, &key, Action::SdkKeyRotate, old_keys)
            .await?
            .ok_or(Error::Conflict(HAS_NONE))?;
        Ok(NewSdkKey {
            key,
            old_key_ends_at,
        })
    }

    /// Takes over a key that apps in the field have already, in place of the one there is, if there is one: says when
    /// that ends. A key that was replaced before works again.
    pub async fn import(
        &self,
        caller: &Caller,
        key: &SdkKey,
        old_keys: OldKeys,
    ) -> Result<Option<Timestamp>, Error> {
        self.replace(caller, key, Action::SdkKeyImport, old_keys)
            .await
    }

    fn fresh(&self) -> SdkKey {
        SdkKey::generate(self.0.rng.bytes())
    }

    /// Puts `key` in the place of the current one; says when that ends, if there was one.
    async fn replace(
        &self,
        caller: &Caller,
        key: &SdkKey,
        action: Action,
        old_keys: OldKeys,
    ) -> Result<Option<Timestamp>, Error> {
        caller.require(Permission::ManageKeys)?;
        let (context, caller) = (self.0.clone(), caller.clone());
        let (hash, now) = (key.hash(), self.0.clock.now());
        let write = self.0.store.write(move |tx| {
            async move {
                let tenant = caller.tenant();
                let current = tx.current_sdk_key(tenant).await?;
                match (action, current) {
                    (Action::SdkKeySet, Some(_)) => return Err(Error::Conflict(HAS_ONE)),
                    (Action::SdkKeyRotate, None) => return Err(Error::Conflict(HAS_NONE)),
                    (_, Some(current)) if current == hash => return Err(Error::Conflict(SAME)),
                    _ => {}
                }
                let old_key_ends_at = current.map(|_| old_keys.end_at(now));
                tx.end_sdk_keys(tenant, old_keys.end_at(now)).await?;
                tx.insert_sdk_key(tenant, hash, now).await?;
                let details = match old_key_ends_at {
                    Some(end) => json!({ "old_key_ends_at": end.seconds() }),
                    None => json!({}),
                };
                let entry = context.audit(&caller, now, action, None, details);
                tx.record(&entry).await?;
                Ok(old_key_ends_at)
            }
            .boxed()
        });
        write.await
    }
}

const HAS_ONE: &str = "The tenant has an SDK key already; rotate it to get a new one";
const HAS_NONE: &str = "The tenant has no SDK key yet; set one";
const SAME: &str = "This is the tenant's SDK key already";
