//! License list queries and their results.

use keywright_domain::{
    ids::{LicenseId, ProductId},
    license::Status,
    license_key::DisplayKey,
    named_enum,
    search::SearchTerm,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::page::{Count, Page, PageRequest};

/// A query of the license list. The default is every license, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseQuery {
    pub filter: LicenseFilter,
    pub sort: Sort,
    pub page: PageRequest<LicenseId>,
}

/// Filter for licenses. All given conditions must match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseFilter {
    /// Licenses with this status.
    pub status: Option<Status>,
    /// Licenses of this product.
    pub product_id: Option<ProductId>,
    /// Licenses with this term in their display key, customer, device names or instance IDs.
    pub term: Option<SearchTerm>,
}

impl LicenseFilter {
    /// Returns whether the filter matches every license.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Sort column and direction. Ties are broken by ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    pub by: SortBy,
    /// Whether the order is descending.
    pub descending: bool,
}

named_enum! {
    /// Columns that the list can be sorted by.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    pub enum SortBy {
        /// Number of active devices.
        Activations = "activations",
        /// Time of minting.
        Created = "created",
        /// Expiry. Lifetime licenses come after every date.
        Expires = "expires",
    }
}

impl Default for Sort {
    fn default() -> Self {
        SortBy::Created.default_direction()
    }
}

impl SortBy {
    /// Returns the column's default direction: newest, most activations or soonest expiry first.
    pub const fn default_direction(self) -> Sort {
        Sort {
            by: self,
            descending: !matches!(self, Self::Expires),
        }
    }
}

impl Sort {
    /// Returns the stable name in URLs, such as `expires`. A leading hyphen means descending.
    pub fn name(self) -> String {
        let hyphen = if self.descending { "-" } else { "" };
        format!("{hyphen}{}", self.by.as_str())
    }

    /// Parses the output of [`Sort::name`]. Returns `None` for any other string.
    pub fn from_name(name: &str) -> Option<Self> {
        let (descending, name) = match name.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, name),
        };
        let by = SortBy::from_name(name)?;
        Some(Self { by, descending })
    }

    /// Returns the order after a click on a column header, which reverses the direction if the
    /// list is already sorted by that column.
    #[must_use]
    pub fn toggled(self, by: SortBy) -> Self {
        if self.by == by {
            Self {
                by,
                descending: !self.descending,
            }
        } else {
            by.default_direction()
        }
    }
}

/// One page of the license list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseList {
    /// The rows, with cursors to the adjacent pages.
    pub page: Page<LicenseSummary, LicenseId>,
    /// Number of licenses that match the filter.
    pub count: Count,
    /// Number of licenses without a filter.
    pub total: Count,
    /// Every product of the tenant, as filter options.
    pub products: Vec<ProductName>,
    /// Server time of the read, the reference for relative times such as "38 min ago".
    pub now: Timestamp,
}

/// A row of the license list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseSummary {
    /// License ID: the hash of its key.
    pub id: LicenseId,
    /// Masked key.
    pub display_key: DisplayKey,
    /// Status when the list was read.
    pub status: Status,
    /// Display name of the product.
    pub product_name: String,
    /// Email address of the customer.
    pub customer_email: Option<String>,
    /// Number of active devices.
    pub active_count: u32,
    /// Maximum number of active devices.
    pub activation_limit: u32,
    /// Time of minting.
    pub created_at: Timestamp,
    /// Expiry; `None` for lifetime.
    pub expires_at: Option<Timestamp>,
}

/// A product as a filter option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductName {
    /// Slug.
    pub id: ProductId,
    /// Display name.
    pub name: String,
}

/// The outcome of a search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SearchOutcome {
    /// The input is a whole key of this license.
    License(LicenseId),
    /// The input is a whole key that no license of this tenant has. It is not echoed, because it
    /// may be a real key.
    KeyNotFound,
    /// The input is a term to search the list for, or `None` if it is blank.
    Term(Option<SearchTerm>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sort_names_round_trip() {
        for by in SortBy::ALL {
            for descending in [true, false] {
                let sort = Sort { by, descending };
                assert_eq!(Sort::from_name(&sort.name()), Some(sort));
            }
        }
        assert_eq!(Sort::default().name(), "-created");
        for name in ["", "-", "--created", "Created", "id", "created desc"] {
            assert_eq!(Sort::from_name(name), None, "{name}");
        }
    }

    #[test]
    fn column_header_starts_with_the_default_direction_and_then_toggles() {
        let toggled = |sort: &str, by| Sort::from_name(sort).unwrap().toggled(by).name();
        assert_eq!(toggled("-created", SortBy::Created), "created");
        assert_eq!(toggled("created", SortBy::Created), "-created");
        assert_eq!(toggled("created", SortBy::Expires), "expires");
        assert_eq!(toggled("expires", SortBy::Expires), "-expires");
        assert_eq!(toggled("expires", SortBy::Activations), "-activations");
    }
}
