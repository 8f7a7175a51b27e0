//! Walks the list by expiry. A filter on expiry determines where in the index to start.

use super::{Scan, TermScan};

pub(super) const SCAN: Scan = Scan {
    state: "COALESCE(l.state, '')",
    product: "COALESCE(l.product_id, '')",
    expiry: "l.expires_at",
    order: &["l.expires_at", "l.id"],
    term: TermScan::EachLicense,
};
