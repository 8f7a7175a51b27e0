//! License management for operators.

mod actions;
mod detail;
mod export;
mod form;
mod mint;
mod search;

pub use export::LicenseExport;
pub use form::MintForm;
pub(crate) use mint::new_license;
pub use mint::{MAX_LICENSES_PER_MINT, MintRequest, MintedLicense};

use std::sync::Arc;

use keywright_api_types::license_list::{LicenseList, LicenseQuery};
use keywright_domain::role::Permission;

use crate::{Caller, Error, context::Context};

#[derive(Clone)]
pub struct Licenses {
    pub(crate) context: Arc<Context>,
}

impl Licenses {
    /// Returns one page of the tenant's licenses.
    pub async fn list(&self, caller: &Caller, query: &LicenseQuery) -> Result<LicenseList, Error> {
        caller.require(Permission::View)?;
        Ok(self
            .context
            .store
            .list_licenses(caller.tenant_id(), query, self.context.clock.now())
            .await?)
    }
}
