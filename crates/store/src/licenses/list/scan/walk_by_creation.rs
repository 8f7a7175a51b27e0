//! Walks the list by creation time, the default order. The indexes on state and product also
//! provide it.

use super::{Scan, TermScan};

pub(super) const SCAN: Scan = Scan {
    state: "l.state",
    product: "l.product_id",
    expiry: "COALESCE(l.expires_at, 0)",
    order: &["l.created_at", "l.id"],
    term: TermScan::EachLicense,
};
