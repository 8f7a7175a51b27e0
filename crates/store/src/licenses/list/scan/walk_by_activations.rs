//! Walks the list by the number of active devices. Many licenses have the same number; of those the
//! newest, which change most, are at the end.

use super::{Scan, TermScan};

pub(super) const SCAN: Scan = Scan {
    state: "COALESCE(l.state, '')",
    product: "COALESCE(l.product_id, '')",
    expiry: "COALESCE(l.expires_at, 0)",
    order: &["l.active_count", "l.created_at", "l.id"],
    term: TermScan::EachLicense,
};
