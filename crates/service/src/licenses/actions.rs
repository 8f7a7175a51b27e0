//! Operator actions on existing licenses: deactivate a device, revoke, remint. Each records one
//! audit entry.

use futures::FutureExt;
use keywright_domain::{
    activation::Deactivation,
    audit::Action,
    ids::{InstanceId, LicenseId},
    license::{License, LicenseState},
    license_key::{KeyPrefix, LicenseKey},
    role::Permission,
    time::Timestamp,
};
use keywright_store::NewAuditEntry;
use serde_json::json;

use super::{Licenses, MintedLicense};
use crate::{Caller, Error};

impl Licenses {
    /// Releases a device's slot, in any state of the license.
    pub async fn deactivate_instance(
        &self,
        caller: &Caller,
        id: LicenseId,
        instance: InstanceId,
    ) -> Result<(), Error> {
        caller.require(Permission::ActOnLicenses)?;
        let (context, caller, now) = (
            self.context.clone(),
            caller.clone(),
            self.context.clock.now(),
        );
        self.context
            .store
            .write(move |tx| {
                async move {
                    let tenant = caller.tenant_id();
                    tx.lock_license(tenant, id).await?.ok_or(Error::NotFound)?;
                    let (device_name, is_active) = tx
                        .find_instance(tenant, id, instance)
                        .await?
                        .ok_or(Error::NotFound)?;
                    if !is_active {
                        return Err(Error::Conflict("This device is already deactivated"));
                    }
                    let deactivation = Deactivation {
                        at: now,
                        by_operator: Some(caller.actor().name.clone()),
                    };
                    tx.deactivate_instance(tenant, id, instance, &deactivation)
                        .await?;
                    tx.release_slot(tenant, id).await?;
                    let details = json!({ "instance_id": instance, "device_name": device_name });
                    let action = Action::DeactivateInstance;
                    let entry = context.new_audit_entry(&caller, now, action, Some(id), details);
                    Ok(tx.insert_audit_entry(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    /// Permanently ends a license. Its devices keep their slots but get no further leases.
    pub async fn revoke(&self, caller: &Caller, id: LicenseId) -> Result<(), Error> {
        caller.require(Permission::ActOnLicenses)?;
        let now = self.context.clock.now();
        let entry = self
            .context
            .new_audit_entry(caller, now, Action::Revoke, Some(id), json!({}));
        self.context
            .store
            .write(move |tx| {
                async move {
                    let license = tx.lock_license(&entry.tenant_id, id).await?;
                    require_active(&license.ok_or(Error::NotFound)?)?;
                    tx.revoke_license(&entry.tenant_id, id).await?;
                    Ok(tx.insert_audit_entry(&entry).await?)
                }
                .boxed()
            })
            .await
    }

    /// Permanently ends a license and issues a new key with the same product, key type, customer,
    /// expiry, limit and entitlements, but without devices. The key is only in the return value;
    /// it is not stored.
    pub async fn remint(&self, caller: &Caller, id: LicenseId) -> Result<MintedLicense, Error> {
        caller.require(Permission::ActOnLicenses)?;
        let (context, now) = (self.context.clone(), self.context.clock.now());
        let prefix = self.key_prefix(caller, id).await?;
        let key = LicenseKey::generate(&prefix, context.rng.bytes());
        let minted = MintedLicense {
            id: key.id(),
            display_key: key.display_key(&prefix),
            key: key.clone(),
        };
        let entry = NewAuditEntry {
            successor_id: Some(key.id()),
            ..context.new_audit_entry(caller, now, Action::Remint, Some(id), json!({}))
        };
        self.context
            .store
            .write(move |tx| {
                async move {
                    let license = tx.lock_license(&entry.tenant_id, id).await?;
                    let license = license.ok_or(Error::NotFound)?;
                    require_active(&license)?;
                    tx.mark_license_reminted(&entry.tenant_id, id, key.id())
                        .await?;
                    tx.insert_license(&new_successor(license, &key, &prefix, now))
                        .await?;
                    Ok::<_, Error>(tx.insert_audit_entry(&entry).await?)
                }
                .boxed()
            })
            .await?;
        Ok(minted)
    }

    /// Returns the key prefix of the license's product, which can't be changed.
    async fn key_prefix(&self, caller: &Caller, id: LicenseId) -> Result<KeyPrefix, Error> {
        let (store, tenant) = (&self.context.store, caller.tenant_id());
        let license = store
            .find_license(tenant, id)
            .await?
            .ok_or(Error::NotFound)?;
        let product = store.find_product(tenant, &license.product_id).await?;
        Ok(product.ok_or(Error::NotFound)?.key_prefix)
    }
}

/// Fails for revoked and reminted licenses, because these states are final.
fn require_active(license: &License) -> Result<(), Error> {
    match license.state {
        LicenseState::Active => Ok(()),
        LicenseState::Revoked => Err(Error::Conflict("This license is already revoked")),
        LicenseState::Reminted => Err(Error::Conflict("This license is already reminted")),
    }
}

fn new_successor(
    predecessor: License,
    key: &LicenseKey,
    prefix: &KeyPrefix,
    now: Timestamp,
) -> License {
    License {
        id: key.id(),
        display_key: key.display_key(prefix),
        state: LicenseState::Active,
        created_at: now,
        active_count: 0,
        predecessor_id: Some(predecessor.id),
        successor_id: None,
        ..predecessor
    }
}
