//! Resolves search input to a license or a search term.

use keywright_api_types::license_list::SearchOutcome;
use keywright_domain::{
    license_key::LicenseKey, product::Product, role::Permission, search::SearchTerm,
};

use super::Licenses;
use crate::{Caller, Error};

impl Licenses {
    /// Resolves search input. A complete license key, even inside other text, is looked up only by
    /// its hash, because it must not reach a URL or a log.
    pub async fn search(&self, caller: &Caller, input: &str) -> Result<SearchOutcome, Error> {
        caller.require(Permission::View)?;
        let (store, tenant) = (&self.context.store, caller.tenant_id());
        let candidates = LicenseKey::extract_candidates(input);
        for key in &candidates {
            if let Some(license) = store.find_license(tenant, key.id()).await? {
                return Ok(SearchOutcome::License(license.id));
            }
        }
        if candidates.is_empty() {
            return Ok(SearchOutcome::Term(SearchTerm::new(input)));
        }
        let products = store.list_products(tenant).await?;
        let whole = LicenseKey::parse(input).ok().filter(|_| !is_uuid(input));
        if resembles_license_key(whole.as_ref(), &candidates, &products) {
            return Ok(SearchOutcome::KeyNotFound);
        }
        Ok(SearchOutcome::Term(SearchTerm::new(input)))
    }
}

/// Returns whether the input looks like a license key. A single token of key length that starts
/// with one of the tenant's prefixes counts as a key: failing to find a device is better than
/// putting a key in a URL. Inside longer text, only tokens in the format of generated keys count.
fn resembles_license_key(
    whole: Option<&LicenseKey>,
    candidates: &[LicenseKey],
    products: &[Product],
) -> bool {
    products
        .iter()
        .map(|product| &product.key_prefix)
        .any(|prefix| {
            let has_key_shape = |key: &LicenseKey| key.is_full_length() && key.starts_with(prefix);
            whole.is_some_and(has_key_shape)
                || candidates
                    .iter()
                    .any(|key| key.has_generated_format(prefix))
        })
}

/// Detects instance IDs, which are as long as some license keys.
fn is_uuid(input: &str) -> bool {
    uuid::Uuid::try_parse(input.trim()).is_ok_and(|_| input.trim().len() == 36)
}
