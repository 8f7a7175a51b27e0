//! The detail view of a license.

use keywright_api_types::{license_detail::LicenseDetail, page::PageRequest};
use keywright_domain::{
    ids::LicenseId,
    license::{License, LicenseRef},
    role::Permission,
};

use keywright_store::AuditEntryFilter;

use super::Licenses;
use crate::{Caller, Error, audit};

/// Maximum number of audit entries on a license's page. The audit log shows all of them.
const MAX_ACTIVITY_ENTRIES: u32 = 50;

impl Licenses {
    pub async fn get_detail(&self, caller: &Caller, id: LicenseId) -> Result<LicenseDetail, Error> {
        caller.require(Permission::View)?;
        let (store, tenant, now) = (
            &self.context.store,
            caller.tenant_id(),
            self.context.clock.now(),
        );
        let license = store
            .find_license(tenant, id)
            .await?
            .ok_or(Error::NotFound)?;
        let product = store.find_product(tenant, &license.product_id).await?;
        let product_name = product.ok_or(Error::NotFound)?.name;
        let predecessor = self
            .find_license_ref(caller, license.predecessor_id)
            .await?;
        let successor = self.find_license_ref(caller, license.successor_id).await?;
        let activations = store.list_activations(tenant, id).await?;
        let filter = AuditEntryFilter {
            license_ids: Some(vec![id]),
            ..AuditEntryFilter::default()
        };
        let entries = store.list_audit_entries(
            tenant,
            &filter,
            PageRequest::First,
            MAX_ACTIVITY_ENTRIES,
            now,
        );
        let activity = entries.await?.into_iter().map(audit::to_view);
        Ok(LicenseDetail {
            predecessor,
            successor,
            activity: activity.collect(),
            ..LicenseDetail::new(license, product_name, activations, now)
        })
    }

    /// Returns a reference to the license for display; `None` if the tenant has no such license.
    pub async fn license_ref(
        &self,
        caller: &Caller,
        id: LicenseId,
    ) -> Result<Option<LicenseRef>, Error> {
        caller.require(Permission::View)?;
        self.find_license_ref(caller, Some(id)).await
    }

    async fn find_license_ref(
        &self,
        caller: &Caller,
        id: Option<LicenseId>,
    ) -> Result<Option<LicenseRef>, Error> {
        let Some(id) = id else {
            return Ok(None);
        };
        let license = self
            .context
            .store
            .find_license(caller.tenant_id(), id)
            .await?;
        Ok(license.map(License::into_ref))
    }
}
