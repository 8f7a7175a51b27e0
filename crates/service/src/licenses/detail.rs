//! The detail view of a license.

use keywright_api_types::{license_detail::LicenseDetail, page::Position};
use keywright_domain::{
    ids::LicenseId,
    license::{License, NamedLicense},
    role::Permission,
};

use keywright_store::EntryFilter;

use super::Licenses;
use crate::{Caller, Error, audit};

/// Maximum number of audit entries on a license's page. The audit log has all of them.
const ACTIVITY: u32 = 50;

impl Licenses {
    pub async fn detail(&self, caller: &Caller, id: LicenseId) -> Result<LicenseDetail, Error> {
        caller.require(Permission::View)?;
        let (store, tenant, now) = (&self.0.store, caller.tenant(), self.0.clock.now());
        let license = store.license(tenant, id).await?.ok_or(Error::NotFound)?;
        let product = store.product(tenant, &license.product).await?;
        let product_name = product.ok_or(Error::NotFound)?.name;
        let predecessor = self.relative(caller, license.predecessor).await?;
        let successor = self.relative(caller, license.successor).await?;
        let activations = store.activations(tenant, id).await?;
        let about_it = EntryFilter {
            about: Some(vec![id]),
            ..EntryFilter::default()
        };
        let entries = store.audit_entries(tenant, &about_it, Position::Start, ACTIVITY, now);
        let activity = entries.await?.into_iter().map(audit::to_view);
        Ok(LicenseDetail {
            predecessor,
            successor,
            activity: activity.collect(),
            ..LicenseDetail::new(license, product_name, activations, now)
        })
    }

    /// Returns a reference to the license for display; `None` if the tenant has no such license.
    pub async fn named(
        &self,
        caller: &Caller,
        id: LicenseId,
    ) -> Result<Option<NamedLicense>, Error> {
        caller.require(Permission::View)?;
        self.relative(caller, Some(id)).await
    }

    async fn relative(
        &self,
        caller: &Caller,
        id: Option<LicenseId>,
    ) -> Result<Option<NamedLicense>, Error> {
        let Some(id) = id else {
            return Ok(None);
        };
        let license = self.0.store.license(caller.tenant(), id).await?;
        Ok(license.map(License::named))
    }
}
