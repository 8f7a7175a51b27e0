//! A tenant's signing keys: listed for apps, rotated in two steps, dropped when no lease of theirs is out.

pub mod master_key;
pub(crate) mod signer;

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    ids::{Kid, TenantId},
    role::Permission,
    signing_key::{
        KeyStage, ListedKey, PromotionDenied, Urgency, last_retirement_to_drop, next_kid,
    },
    time::Timestamp,
};
use keywright_store::Tx;
use serde_json::json;

use crate::{Caller, Error, Invalid, context::Context};

/// What apps need to verify leases offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyset {
    /// The key that signs now.
    pub primary: Kid,
    /// Every key that may verify a lease that is still out, the oldest first.
    pub keys: Vec<ListedKey>,
}

/// Use cases around signing keys.
#[derive(Clone)]
pub struct SigningKeys(pub(crate) Arc<Context>);

impl SigningKeys {
    /// The tenant's public keys; the same while the tenant is suspended, for leases that are out stay valid.
    pub async fn keyset(&self, tenant: &TenantId) -> Result<Keyset, Error> {
        let keys = self.0.store.listed_keys(tenant).await?;
        let primary = keys
            .iter()
            .find(|key| key.stage == KeyStage::Signing)
            .ok_or(Error::NotFound)?
            .kid
            .clone();
        Ok(Keyset { primary, keys })
    }

    /// The tenant's keys that are listed for apps, the oldest first.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<ListedKey>, Error> {
        caller.require(Permission::ManageKeys)?;
        Ok(self.0.store.listed_keys(caller.tenant()).await?)
    }

    /// The first step of a rotation: makes a key that apps can learn of, and that does not sign yet, under the name asked
    /// for, or the next in the row. No name is ever used twice.
    pub async fn add(&self, caller: &Caller, kid: Option<Kid>) -> Result<ListedKey, Error> {
        caller.require(Permission::ManageKeys)?;
        let (context, caller, now) = (self.0.clone(), caller.clone(), self.0.clock.now());
        let write = self.0.store.write(move |tx| {
            async move {
                let tenant = caller.tenant();
                tx.lock_tenant(tenant).await?;
                let kid = match kid {
                    Some(kid) => kid,
                    None => next_name(tx, tenant).await?,
                };
                let key = context.new_signing_key(tenant, kid.clone());
                tx.insert_signing_key(tenant, &key, now).await?;
                let details = json!({ "kid": kid });
                let entry = context.audit(&caller, now, Action::SigningKeyCreate, None, details);
                tx.record(&entry).await?;
                Ok(ListedKey {
                    kid,
                    public_key: key.public_key,
                    created_at: now,
                    stage: KeyStage::Added,
                })
            }
            .boxed()
        });
        write.await.map_err(|error: Error| {
            error.or_conflict(
                "A key of this tenant has or had this name; name one that was never used",
            )
        })
    }

    /// The second step: the key signs from now on, and the one before is retired.
    pub async fn promote(&self, caller: &Caller, kid: Kid, urgency: Urgency) -> Result<(), Error> {
        caller.require(Permission::ManageKeys)?;
        let now = self.0.clock.now();
        let details = json!({ "kid": kid });
        let entry = self
            .0
            .audit(caller, now, Action::SigningKeyPromote, None, details);
        let write = self.0.store.write(move |tx| {
            async move {
                let tenant = &entry.tenant;
                tx.lock_tenant(tenant).await?;
                let listed = tx.listed_keys(tenant).await?;
                let key = listed
                    .iter()
                    .find(|key| key.kid == kid)
                    .ok_or_else(|| Invalid::UnknownKid(kid.clone()))?;
                key.decide_promotion(urgency, now)?;
                if !tx.promote_signing_key(tenant, &kid, now).await? {
                    return Err(Invalid::UnknownKid(kid.clone()).into());
                }
                Ok(tx.record(&entry).await?)
            }
            .boxed()
        });
        write.await
    }

    /// Drops the keys of every tenant whose last lease has ended: off the list, the private half erased.
    pub async fn drop_ended(&self) -> Result<(), Error> {
        let context = &self.0;
        let now = context.clock.now();
        let retired_by = last_retirement_to_drop(now);
        let mut done = Ok(());
        for tenant in context.store.tenants_with_keys_to_drop(retired_by).await? {
            // One tenant's trouble is no reason to leave the others' keys.
            done = done.and(self.drop_ended_of(tenant, retired_by, now).await);
        }
        done
    }

    async fn drop_ended_of(
        &self,
        tenant: TenantId,
        retired_by: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (context, caller) = (self.0.clone(), Caller::system(tenant));
        let write = self.0.store.write(move |tx| {
            async move {
                let tenant = caller.tenant();
                let dropped = tx.drop_signing_keys(tenant, retired_by, now).await?;
                for kid in &dropped {
                    let details = json!({ "kid": kid });
                    let entry = context.audit(&caller, now, Action::SigningKeyDrop, None, details);
                    tx.record(&entry).await?;
                }
                Ok::<_, Error>((caller, dropped))
            }
            .boxed()
        });
        let (caller, dropped) = write.await?;
        for kid in dropped {
            tracing::info!(tenant = %caller.tenant(), %kid, "dropped a signing key whose last lease has ended");
        }
        Ok(())
    }
}

/// The name of the tenant's next key.
async fn next_name(tx: &mut Tx<'_>, tenant: &TenantId) -> Result<Kid, Error> {
    let listed = tx.listed_keys(tenant).await?;
    let signing = listed.iter().find(|key| key.stage == KeyStage::Signing);
    let signing = signing.ok_or(Error::NotFound)?;
    next_kid(&signing.kid, &tx.kids_ever_used(tenant).await?).ok_or(Error::Conflict(
        "No further name can be made of the last one; name the key",
    ))
}

impl From<PromotionDenied> for Error {
    fn from(denied: PromotionDenied) -> Self {
        match denied {
            PromotionDenied::SignsAlready => Self::Conflict("This key signs already"),
            PromotionDenied::TooNew { days } => Invalid::KeyTooNew { days }.into(),
        }
    }
}
