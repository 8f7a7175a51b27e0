//! The stored result of a form submission.

use keywright_domain::license::LicenseRef;
use serde::{Deserialize, Serialize};

/// Result of an idempotent form submission. It is stored, so it must not contain secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdempotentResult {
    /// Licenses were minted.
    Licenses {
        /// Number of licenses.
        count: u32,
        /// The first [`IdempotentResult::MAX_LISTED`] licenses, in minting order.
        first: Vec<LicenseRef>,
    },
    /// An SDK key was created or imported.
    SdkKey {
        /// SHA-256 of the key.
        fingerprint: String,
    },
}

impl IdempotentResult {
    /// Maximum number of licenses listed individually.
    pub const MAX_LISTED: usize = 20;
}
