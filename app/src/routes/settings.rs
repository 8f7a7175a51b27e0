//! The addresses of the settings.

use keywright_domain::sdk_key::SdkKeyHash;

/// The SDK keys.
pub const SDK_KEY: &str = "/settings/sdk-key";
/// Where one is made.
pub const SDK_KEY_NEW: &str = "/settings/sdk-key/new";
/// Where one that apps have already is taken over.
pub const SDK_KEY_IMPORT: &str = "/settings/sdk-key/import";

/// Where the end of a replaced SDK key is moved. It is named by its fingerprint, which opens nothing.
pub fn sdk_key_end(key: &SdkKeyHash) -> String {
    format!("{SDK_KEY}/{key}/end")
}
