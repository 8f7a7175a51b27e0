//! Collects all matches through an index of the filter and sorts them. For filters with few
//! matches.

use keywright_api_types::license_list::SortBy;

use super::{Scan, TermScan};

pub(in super::super) const fn filter_then_sort(by: SortBy) -> Scan {
    Scan {
        state: "l.state",
        product: "l.product_id",
        expiry: "l.expires_at",
        // No index matches these sums. With bare columns, SQLite would walk the whole list to avoid
        // the sort.
        order: match by {
            SortBy::Activations => &["l.active_count + 0", "l.created_at", "l.id"],
            SortBy::Created => &["l.created_at + 0", "l.id"],
            SortBy::Expires => &["l.expires_at + 0", "l.id"],
        },
        term: TermScan::Index,
    }
}
