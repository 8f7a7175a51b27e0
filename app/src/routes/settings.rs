//! Paths and links for the settings.

use keywright_domain::sdk_key::SdkKeyHash;

/// SDK key page.
pub const SDK_KEY: &str = "/settings/sdk-key";
/// Form for a new SDK key.
pub const SDK_KEY_NEW: &str = "/settings/sdk-key/new";
/// Form to import an SDK key that apps already use.
pub const SDK_KEY_IMPORT: &str = "/settings/sdk-key/import";

/// Returns the link to the form that changes the expiry of a replaced SDK key. The key is
/// identified by its fingerprint, which is not secret.
pub fn sdk_key_end(key: &SdkKeyHash) -> String {
    format!("{SDK_KEY}/{key}/end")
}
