//! The license list: what may be asked of it, and what comes back.

use keywright_domain::{
    ids::{LicenseId, ProductId},
    key::DisplayKey,
    license::Status,
    named_enum,
    search::SearchTerm,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::page::{Count, Page, Position};

/// What is asked of the license list. By default every license, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseQuery {
    /// Which licenses.
    pub filter: LicenseFilter,
    /// In which order.
    pub sort: Sort,
    /// Which page.
    pub position: Position<LicenseId>,
}

/// Which licenses: those that fit all that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseFilter {
    /// Of this status.
    pub status: Option<Status>,
    /// Of this product.
    pub product: Option<ProductId>,
    /// With this in their display key, customer, devices' names or instance ids.
    pub term: Option<SearchTerm>,
}

impl LicenseFilter {
    /// Whether it lets every license through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What the list is sorted by, and in which direction. Equals are told apart by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Whether the greatest comes first.
    pub descending: bool,
}

named_enum! {
    /// What the list can be sorted by.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    pub enum SortBy {
        /// How many devices hold a slot.
        Activations = "activations",
        /// When it was minted.
        Created = "created",
        /// When it ends; lifetime comes after every date.
        Expires = "expires",
    }
}

impl Default for Sort {
    fn default() -> Self {
        SortBy::Created.first()
    }
}

impl SortBy {
    /// The order that one wants first: the newest, the fullest, the one that ends soonest.
    pub const fn first(self) -> Sort {
        Sort {
            by: self,
            descending: !matches!(self, Self::Expires),
        }
    }
}

impl Sort {
    /// The stable name in URLs: `expires`, and with a hyphen before it where the greatest comes first.
    pub fn name(self) -> String {
        let hyphen = if self.descending { "-" } else { "" };
        format!("{hyphen}{}", self.by.as_str())
    }

    /// The order of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let (descending, name) = match name.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, name),
        };
        let by = SortBy::from_name(name)?;
        Some(Self { by, descending })
    }

    /// What a press on that column's head leads to: the other direction, where it is sorted by that already.
    #[must_use]
    pub fn pressed(self, by: SortBy) -> Self {
        if self.by == by {
            Self {
                by,
                descending: !self.descending,
            }
        } else {
            by.first()
        }
    }
}

/// One page of the license list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseList {
    /// The rows and their neighbours.
    pub page: Page<LicenseSummary, LicenseId>,
    /// How many match.
    pub count: Count,
    /// How many there are, whatever the filter.
    pub total: Count,
    /// What can be filtered by: every product of the tenant, by its name.
    pub products: Vec<ProductName>,
    /// When the server read them: "38 min ago" counts from here, in the browser too.
    pub now: Timestamp,
}

/// One row of the license list, as the browser gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseSummary {
    /// The hash of its key.
    pub id: LicenseId,
    /// The masked key.
    pub display_key: DisplayKey,
    /// The status at the moment the list was read.
    pub status: Status,
    /// The product's display name.
    pub product_name: String,
    /// Where the customer is written to.
    pub customer_email: Option<String>,
    /// Devices that hold a slot.
    pub active_count: u32,
    /// Devices that may.
    pub activation_limit: u32,
    /// When it was minted.
    pub created_at: Timestamp,
    /// When it ends; `None` for lifetime.
    pub expires_at: Option<Timestamp>,
}

/// A product, as far as a filter needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductName {
    /// Its slug.
    pub id: ProductId,
    /// Its display name.
    pub name: String,
}

/// What a search for something typed or pasted leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Found {
    /// It is a whole key: its license.
    License(LicenseId),
    /// It is a whole key, of no license of this tenant. What was typed is not repeated: it may be somebody's key.
    NoSuchKey,
    /// It is anything else, to look for in the list; nothing, where only white space was typed.
    Term(Option<SearchTerm>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_found_by_their_names() {
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
    fn a_columns_head_begins_with_what_one_wants_first_and_then_turns() {
        let pressed = |sort: &str, by| Sort::from_name(sort).unwrap().pressed(by).name();
        assert_eq!(pressed("-created", SortBy::Created), "created");
        assert_eq!(pressed("created", SortBy::Created), "-created");
        assert_eq!(pressed("created", SortBy::Expires), "expires");
        assert_eq!(pressed("expires", SortBy::Expires), "-expires");
        assert_eq!(pressed("expires", SortBy::Activations), "-activations");
    }
}
