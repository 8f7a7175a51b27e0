//! From something typed or pasted to the license that is meant.

use keywright_domain::{key::LicenseKey, query::Found, role::Permission, search::SearchTerm};

use super::Licenses;
use crate::{Caller, Error};

impl Licenses {
    /// What a search leads to. A whole key is looked up by its hash and goes no further: not into a URL, not into a log.
    pub async fn find(&self, caller: &Caller, typed: &str) -> Result<Found, Error> {
        caller.require(Permission::View)?;
        let key = LicenseKey::parse(typed).ok();
        let Some(key) = key.filter(LicenseKey::has_length) else {
            return Ok(Found::Term(SearchTerm::new(typed)));
        };
        let (store, tenant) = (&self.0.store, caller.tenant());
        if let Some(license) = store.license(tenant, key.id()).await? {
            return Ok(Found::License(license.id));
        }
        // Instance ids, and parts of them, have the length of a key. What begins as one of the tenant's keys is taken for
        // a key all the same: better a device that is not found than a key in a URL.
        let products = store.products(tenant).await?;
        let is_key = products
            .iter()
            .any(|product| key.starts_with(&product.key_prefix));
        if is_key && !is_uuid(typed) {
            return Ok(Found::NoSuchKey);
        }
        Ok(Found::Term(SearchTerm::new(typed)))
    }
}

fn is_uuid(typed: &str) -> bool {
    uuid::Uuid::try_parse(typed.trim()).is_ok_and(|_| typed.trim().len() == 36)
}
