//! From something typed or pasted to the license that is meant.

use keywright_api_types::license_list::Found;
use keywright_domain::{key::LicenseKey, product::Product, role::Permission, search::SearchTerm};

use super::Licenses;
use crate::{Caller, Error};

impl Licenses {
    /// What a search leads to. A whole key, whatever sticks to it, is looked up by its hash and goes no further: not into a
    /// URL, not into a log.
    pub async fn find(&self, caller: &Caller, typed: &str) -> Result<Found, Error> {
        caller.require(Permission::View)?;
        let (store, tenant) = (&self.0.store, caller.tenant());
        let candidates = LicenseKey::within(typed);
        for key in &candidates {
            if let Some(license) = store.license(tenant, key.id()).await? {
                return Ok(Found::License(license.id));
            }
        }
        if candidates.is_empty() {
            return Ok(Found::Term(SearchTerm::new(typed)));
        }
        let products = store.products(tenant).await?;
        let whole = LicenseKey::parse(typed).ok().filter(|_| !is_uuid(typed));
        if is_meant_as_key(whole.as_ref(), &candidates, &products) {
            return Ok(Found::NoSuchKey);
        }
        Ok(Found::Term(SearchTerm::new(typed)))
    }
}

/// What begins as one of the tenant's keys is taken for one if nothing sticks to it: better a device that is not found than a
/// key in a URL. Within a longer text, such as an address, only what looks as new keys do.
fn is_meant_as_key(
    whole: Option<&LicenseKey>,
    candidates: &[LicenseKey],
    products: &[Product],
) -> bool {
    products
        .iter()
        .map(|product| &product.key_prefix)
        .any(|prefix| {
            let begins = |key: &LicenseKey| key.has_length() && key.starts_with(prefix);
            whole.is_some_and(begins) || candidates.iter().any(|key| key.looks_minted(prefix))
        })
}

/// Instance ids have the length of a key.
fn is_uuid(typed: &str) -> bool {
    uuid::Uuid::try_parse(typed.trim()).is_ok_and(|_| typed.trim().len() == 36)
}
