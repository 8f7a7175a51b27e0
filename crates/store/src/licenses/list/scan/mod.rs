//! Strategies for reading a page of the list, as SQL fragments that make both query planners follow
//! them.
//!
//! A planner can use an index only for a bare column, not for an expression: a fragment such as
//! `COALESCE(l.state, '')` hides the column from it. The plans are the same with and without
//! statistics.

mod filter_then_sort;
mod walk_by_activations;
mod walk_by_creation;
mod walk_by_expiry;

use keywright_api_types::license_list::SortBy;

pub(super) use self::filter_then_sort::filter_then_sort;

/// Fragments of a query on `licenses l`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scan {
    pub(super) state: &'static str,
    pub(super) product: &'static str,
    pub(super) expiry: &'static str,
    /// The sort columns. The last column is unique.
    pub(super) order: &'static [&'static str],
    pub(super) term: TermScan,
}

/// How licenses that contain a search term are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TermScan {
    /// The search index collects all of them first.
    Index,
    /// The walk checks the texts of each license.
    EachLicense,
}

/// Reads the list in its order, by an index, until a page is full. For filters with many matches.
pub(super) const fn walk(by: SortBy) -> Scan {
    match by {
        SortBy::Activations => walk_by_activations::SCAN,
        SortBy::Created => walk_by_creation::SCAN,
        SortBy::Expires => walk_by_expiry::SCAN,
    }
}
