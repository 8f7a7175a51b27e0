//! A tenant's signing keys: published to apps, rotated in two steps, and dropped after their last
//! lease has expired.

pub mod master_key;
pub(crate) mod signer;

use std::sync::Arc;

use futures::FutureExt;
use keywright_domain::{
    audit::Action,
    ids::{Kid, TenantId},
    role::Permission,
    signing_key::{KeyStage, ListedKey, PromotionError, PromotionReason, drop_cutoff, next_kid},
    time::Timestamp,
};
use keywright_store::Tx;
use serde_json::json;

use crate::{Caller, Error, InvalidInputError, context::Context};

/// The public keys that apps need to verify leases offline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyset {
    /// The current signing key.
    pub signing_kid: Kid,
    /// All keys that may have signed an unexpired lease, oldest first.
    pub keys: Vec<ListedKey>,
}

#[derive(Clone)]
pub struct SigningKeys {
    pub(crate) context: Arc<Context>,
}

impl SigningKeys {
    /// Returns the tenant's public keys, even while it is suspended: leases already issued stay
    /// valid.
    pub async fn keyset(&self, tenant_id: &TenantId) -> Result<Keyset, Error> {
        let keys = self.context.store.list_signing_keys(tenant_id).await?;
        let primary = keys
            .iter()
            .find(|key| key.stage == KeyStage::Signing)
            .ok_or(Error::NotFound)?
            .kid
            .clone();
        Ok(Keyset {
            signing_kid: primary,
            keys,
        })
    }

    /// Returns the tenant's published keys, oldest first.
    pub async fn list(&self, caller: &Caller) -> Result<Vec<ListedKey>, Error> {
        caller.require(Permission::ManageKeys)?;
        Ok(self
            .context
            .store
            .list_signing_keys(caller.tenant_id())
            .await?)
    }

    /// First step of a rotation: adds a key that apps can fetch but that does not sign yet. Without
    /// `kid`, it gets the next ID in sequence. An ID can't be reused.
    pub async fn add(&self, caller: &Caller, kid: Option<Kid>) -> Result<ListedKey, Error> {
        caller.require(Permission::ManageKeys)?;
        let (context, caller, now) = (
            self.context.clone(),
            caller.clone(),
            self.context.clock.now(),
        );
        let write = self.context.store.write(move |tx| {
            async move {
                let tenant = caller.tenant_id();
                tx.lock_tenant(tenant).await?;
                let kid = match kid {
                    Some(kid) => kid,
                    None => next_kid_for_tenant(tx, tenant).await?,
                };
                let key = context.generate_signing_key(tenant, kid.clone());
                tx.insert_signing_key(tenant, &key, now).await?;
                let details = json!({ "kid": kid });
                let entry =
                    context.new_audit_entry(&caller, now, Action::SigningKeyCreate, None, details);
                tx.insert_audit_entry(&entry).await?;
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
            error.with_conflict_message("The tenant has already used this key ID; choose a new ID")
        })
    }

    /// Second step of a rotation: makes the key the signing key and retires the previous one.
    pub async fn promote(
        &self,
        caller: &Caller,
        kid: Kid,
        urgency: PromotionReason,
    ) -> Result<(), Error> {
        caller.require(Permission::ManageKeys)?;
        let now = self.context.clock.now();
        let details = json!({ "kid": kid });
        let entry =
            self.context
                .new_audit_entry(caller, now, Action::SigningKeyPromote, None, details);
        let write = self.context.store.write(move |tx| {
            async move {
                let tenant = &entry.tenant_id;
                tx.lock_tenant(tenant).await?;
                let listed = tx.list_signing_keys(tenant).await?;
                let key = listed
                    .iter()
                    .find(|key| key.kid == kid)
                    .ok_or_else(|| InvalidInputError::UnknownKid(kid.clone()))?;
                key.decide_promotion(urgency, now)?;
                if !tx.promote_signing_key(tenant, &kid, now).await? {
                    return Err(InvalidInputError::UnknownKid(kid.clone()).into());
                }
                Ok(tx.insert_audit_entry(&entry).await?)
            }
            .boxed()
        });
        write.await
    }

    /// Drops all tenants' keys whose last lease has expired: unpublishes them and erases the
    /// private keys.
    pub async fn drop_expired(&self) -> Result<(), Error> {
        let context = &self.context;
        let now = context.clock.now();
        let retired_by = drop_cutoff(now);
        let mut result = Ok(());
        for tenant in context
            .store
            .tenants_with_droppable_keys(retired_by)
            .await?
        {
            // A failure for one tenant must not affect the others.
            result = result.and(self.drop_expired_for_tenant(tenant, retired_by, now).await);
        }
        result
    }

    async fn drop_expired_for_tenant(
        &self,
        tenant: TenantId,
        retired_by: Timestamp,
        now: Timestamp,
    ) -> Result<(), Error> {
        let (context, caller) = (self.context.clone(), Caller::for_system(tenant));
        let write = self.context.store.write(move |tx| {
            async move {
                let tenant = caller.tenant_id();
                let dropped = tx.unlist_signing_keys(tenant, retired_by, now).await?;
                for kid in &dropped {
                    let details = json!({ "kid": kid });
                    let entry = context.new_audit_entry(
                        &caller,
                        now,
                        Action::SigningKeyDrop,
                        None,
                        details,
                    );
                    tx.insert_audit_entry(&entry).await?;
                }
                Ok::<_, Error>((caller, dropped))
            }
            .boxed()
        });
        let (caller, dropped) = write.await?;
        for kid in dropped {
            tracing::info!(tenant = %caller.tenant_id(), %kid, "dropped retired signing key");
        }
        Ok(())
    }
}

/// Returns the next key ID in sequence.
async fn next_kid_for_tenant(tx: &mut Tx<'_>, tenant_id: &TenantId) -> Result<Kid, Error> {
    let listed = tx.list_signing_keys(tenant_id).await?;
    let signing = listed.iter().find(|key| key.stage == KeyStage::Signing);
    let signing = signing.ok_or(Error::NotFound)?;
    next_kid(&signing.kid, &tx.list_all_kids(tenant_id).await?).ok_or(Error::Conflict(
        "Can't derive the next key ID from the current one; specify one with --kid",
    ))
}

impl From<PromotionError> for Error {
    fn from(denied: PromotionError) -> Self {
        match denied {
            PromotionError::AlreadySigning => Self::Conflict("This key is already the signing key"),
            PromotionError::TooNew { days } => InvalidInputError::KeyTooNew { days }.into(),
        }
    }
}
