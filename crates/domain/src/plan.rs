//! Plans: what a tenant's tier switches on.

use serde::{Deserialize, Serialize};

use crate::named_enum;

named_enum! {
    /// A tenant's tier, from the smallest to the largest.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Plan {
        /// One product.
        Free = "free",
        /// Three products.
        Starter = "starter",
        /// Ten products.
        Pro = "pro",
        /// Everything. A self-hoster's own tenant starts here.
        Enterprise = "enterprise",
    }
}

/// What a plan may or may not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// One more product, where there are `existing` already.
    AnotherProduct {
        /// Products that the tenant has.
        existing: u32,
    },
    /// The licenses as a CSV file.
    CsvExport,
}

impl Plan {
    /// Whether a tenant on this plan may use the feature: the one table.
    pub const fn allows(self, feature: Feature) -> bool {
        match (self, feature) {
            (Self::Enterprise, _) => true,
            (Self::Free, Feature::AnotherProduct { existing }) => existing < 1,
            (Self::Starter, Feature::AnotherProduct { existing }) => existing < 3,
            (Self::Pro, Feature::AnotherProduct { existing }) => existing < 10,
            (_, Feature::CsvExport) => false,
        }
    }

    /// The smallest plan that allows the feature.
    pub fn least_for(feature: Feature) -> Self {
        Self::ALL
            .into_iter()
            .find(|plan| plan.allows(feature))
            .unwrap_or(Self::Enterprise)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_limited_to_1_3_10_and_not_at_all() {
        for (plan, limit) in [(Plan::Free, 1), (Plan::Starter, 3), (Plan::Pro, 10)] {
            assert!(
                plan.allows(Feature::AnotherProduct {
                    existing: limit - 1
                }),
                "{plan:?}"
            );
            assert!(
                !plan.allows(Feature::AnotherProduct { existing: limit }),
                "{plan:?}"
            );
        }
        assert!(Plan::Enterprise.allows(Feature::AnotherProduct { existing: u32::MAX }));
    }

    #[test]
    fn only_enterprise_exports_csv() {
        for plan in Plan::ALL {
            assert_eq!(
                plan.allows(Feature::CsvExport),
                plan == Plan::Enterprise,
                "{plan:?}"
            );
        }
        assert_eq!(Plan::least_for(Feature::CsvExport), Plan::Enterprise);
        assert_eq!(
            Plan::least_for(Feature::AnotherProduct { existing: 2 }),
            Plan::Starter
        );
    }

    #[test]
    fn plans_are_found_by_their_names() {
        for plan in Plan::ALL {
            assert_eq!(Plan::from_name(plan.as_str()), Some(plan));
        }
        assert_eq!(Plan::from_name("Pro"), None);
    }
}
