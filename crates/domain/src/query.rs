//! The license list: what may be asked of it, and what comes back.

use serde::{Deserialize, Serialize};

use crate::{
    ids::LicenseId,
    license::LicenseSummary,
    page::{Count, Page, Position},
    time::Timestamp,
};

/// What is asked of the license list. Newest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseQuery {
    /// Which page.
    pub position: Position<LicenseId>,
}

/// One page of the license list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseList {
    /// The rows and their neighbours.
    pub page: Page<LicenseSummary, LicenseId>,
    /// How many match in all.
    pub count: Count,
    /// When the server read them: "38 min ago" counts from here, in the browser too.
    pub now: Timestamp,
}
