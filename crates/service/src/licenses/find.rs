//! Resolves search input to a license or a search term.

use keywright_api_types::license_list::Found;
use keywright_domain::{key::LicenseKey, product::Product, role::Permission, search::SearchTerm};

use super::Licenses;
use crate::{Caller, Error};

impl Licenses {
    /// Resolves search input. A complete license key, even inside other text, is looked up by its
    /// hash and goes no further: it must not reach a URL or a log.
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

/// Returns whether the input was meant as a license key. A single token of key length that starts
/// with one of the tenant's prefixes counts as a key: failing to find a device is better than
/// putting a key in a URL. Inside longer text, such as an address, only tokens in the format of
/// generated keys count.
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

/// Instance ids have the same length as license keys.
fn is_uuid(typed: &str) -> bool {
    uuid::Uuid::try_parse(typed.trim()).is_ok_and(|_| typed.trim().len() == 36)
}
