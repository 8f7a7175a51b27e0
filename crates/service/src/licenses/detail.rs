//! One license with all that belongs to it.

use keywright_domain::{
    audit::Action,
    detail::{Happening, LicenseDetail, Relative},
    ids::LicenseId,
    role::Permission,
};
use keywright_store::AuditEntry;

use super::Licenses;
use crate::{Caller, Error};

/// Most entries of the log that a license's own page shows; the audit log has them all.
const ACTIVITY: u32 = 50;

impl Licenses {
    /// The license of that id, as its page shows it.
    pub async fn detail(&self, caller: &Caller, id: LicenseId) -> Result<LicenseDetail, Error> {
        caller.require(Permission::View)?;
        let (store, tenant, now) = (&self.0.store, caller.tenant(), self.0.clock.now());
        let license = store.license(tenant, id).await?.ok_or(Error::NotFound)?;
        let product = store.product(tenant, &license.product).await?;
        let product_name = product.ok_or(Error::NotFound)?.name;
        let predecessor = self.relative(caller, license.predecessor).await?;
        let successor = self.relative(caller, license.successor).await?;
        let activations = store.activations(tenant, id).await?;
        let entries = store.audit_entries_of_license(tenant, id, now, ACTIVITY);
        let activity = entries.await?.into_iter().map(|entry| happening(entry, id));
        Ok(LicenseDetail {
            predecessor,
            successor,
            activity: activity.collect(),
            ..LicenseDetail::new(license, product_name, activations, now)
        })
    }

    async fn relative(
        &self,
        caller: &Caller,
        id: Option<LicenseId>,
    ) -> Result<Option<Relative>, Error> {
        let Some(id) = id else {
            return Ok(None);
        };
        let license = self.0.store.license(caller.tenant(), id).await?;
        Ok(license.map(|license| Relative {
            id,
            display_key: license.display_key,
        }))
    }
}

fn happening(entry: AuditEntry, license: LicenseId) -> Happening {
    let device_name = entry.details["device_name"].as_str().map(str::to_owned);
    Happening {
        at: entry.at,
        actor: entry.actor,
        action: entry.action,
        is_successor: entry.action == Action::Remint && entry.successor == Some(license),
        device_name,
    }
}
