//! Walks the list by number of active devices. Among licenses with the same number, the newest come
//! last.

use super::{Scan, TermScan};

pub(super) const SCAN: Scan = Scan {
    state: "COALESCE(l.state, '')",
    product: "COALESCE(l.product_id, '')",
    expiry: "COALESCE(l.expires_at, 0)",
    order: &["l.active_count", "l.created_at", "l.id"],
    term: TermScan::EachLicense,
};
