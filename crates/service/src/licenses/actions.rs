//! Operator actions on existing licenses: deactivate a device, revoke, remint. Each records one
//! audit entry.

use futures::FutureExt;
use keywright_domain::{
    activation::Deactivation,
    audit::Action,
    ids::{InstanceId, LicenseId},
    key::{KeyPrefix, LicenseKey},
    license::{License, LicenseState},
    role::Permission,
    time::Timestamp,
};
use keywright_store::NewAuditEntry;
use serde_json::json;

use super::{Licenses, Minted};
use crate::{Caller, Error};

impl Licenses {
    /// Releases a device's slot, whatever the state of the license.
    pub async fn deactivate_instance(
        &self,
        caller: &Caller,
        id: LicenseId,
        instance: InstanceId,
    ) -> Result<(), Error> {
        caller.require(Permission::ActOnLicenses)?;
        let (context, caller, now) = (self.0.clone(), caller.clone(), self.0.clock.now());
        self.0
            .store
            .write(move |tx| {
                async move {
                    let tenant = caller.tenant();
                    tx.lock_license(tenant, id).await?.ok_or(Error::NotFound)?;
                    let (device_name, is_active) = tx
                        .instance(tenant, id, instance)
                        .await?
                        .ok_or(Error::NotFound)?;
                    if !is_active {
                        return Err(Error::Conflict("This device is already deactivated"));
                    }
                    let deactivation = Deactivation {
                        at: now,
                        by_operator: Some(caller.actor().name.clone()),
                    };
                    tx.end_instance(tenant, id, instance, &deactivation).await?;
                    tx.free_slot(tenant, id).await?;
                    let details = json!({ "instance_id": instance, "device_name": device_name });
                    let action = Action::DeactivateInstance;
                    let entry = context.audit(&caller, now, action, Some(id), details);
                    Ok(tx.record(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    /// Permanently ends a license. Its devices keep their slots but get no further leases.
    pub async fn revoke(&self, caller: &Caller, id: LicenseId) -> Result<(), Error> {
        caller.require(Permission::ActOnLicenses)?;
        let now = self.0.clock.now();
        let entry = self
            .0
            .audit(caller, now, Action::Revoke, Some(id), json!({}));
        self.0
            .store
            .write(move |tx| {
                async move {
                    let license = tx.lock_license(&entry.tenant, id).await?;
                    require_not_ended(&license.ok_or(Error::NotFound)?)?;
                    tx.revoke_license(&entry.tenant, id).await?;
                    Ok(tx.record(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    /// Permanently ends a license and issues a new key with the same product, key type, customer,
    /// expiry, limit and entitlements, but without devices. The key is only in the return value;
    /// it is not stored.
    pub async fn remint(&self, caller: &Caller, id: LicenseId) -> Result<Minted, Error> {
        caller.require(Permission::ActOnLicenses)?;
        let (context, now) = (self.0.clone(), self.0.clock.now());
        let prefix = self.key_prefix(caller, id).await?;
        let key = LicenseKey::generate(&prefix, context.rng.bytes());
        let minted = Minted {
            id: key.id(),
            display_key: key.display_key(&prefix),
            key: key.clone(),
        };
        let entry = NewAuditEntry {
            successor: Some(key.id()),
            ..context.audit(caller, now, Action::Remint, Some(id), json!({}))
        };
        self.0
            .store
            .write(move |tx| {
                async move {
                    let license = tx.lock_license(&entry.tenant, id).await?;
                    let license = license.ok_or(Error::NotFound)?;
                    require_not_ended(&license)?;
                    tx.remint_license(&entry.tenant, id, key.id()).await?;
                    tx.insert_license(&successor(license, &key, &prefix, now))
                        .await?;
                    Ok::<_, Error>(tx.record(&entry).await?)
                }
                .boxed()
            })
            .await?;
        Ok(minted)
    }

    /// Returns the key prefix of the license's product, which never changes.
    async fn key_prefix(&self, caller: &Caller, id: LicenseId) -> Result<KeyPrefix, Error> {
        let (store, tenant) = (&self.0.store, caller.tenant());
        let license = store.license(tenant, id).await?.ok_or(Error::NotFound)?;
        let product = store.product(tenant, &license.product).await?;
        Ok(product.ok_or(Error::NotFound)?.key_prefix)
    }
}

/// Revoked and reminted are final states.
fn require_not_ended(license: &License) -> Result<(), Error> {
    match license.state {
        LicenseState::Active => Ok(()),
        LicenseState::Revoked => Err(Error::Conflict("This license is already revoked")),
        LicenseState::Reminted => Err(Error::Conflict("This license is already reminted")),
    }
}

fn successor(ended: License, key: &LicenseKey, prefix: &KeyPrefix, now: Timestamp) -> License {
    License {
        id: key.id(),
        display_key: key.display_key(prefix),
        state: LicenseState::Active,
        created_at: now,
        active_count: 0,
        predecessor: Some(ended.id),
        successor: None,
        ..ended
    }
}
