//! What a form with an id did when it was first submitted.

use keywright_domain::license::NamedLicense;
use serde::{Deserialize, Serialize};

/// The result of a form with an id. It is stored, so it holds no secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdempotentResult {
    /// Minted licenses.
    Licenses {
        /// The number of licenses.
        count: u32,
        /// The first [`IdempotentResult::MAX_NAMED`] of them, in the order of minting.
        first: Vec<NamedLicense>,
    },
    /// An SDK key.
    SdkKey {
        /// Its SHA-256.
        fingerprint: String,
    },
}

impl IdempotentResult {
    /// Maximum number of licenses that are named.
    pub const MAX_NAMED: usize = 20;
}
