//! Plans and the features they include.

use serde::{Deserialize, Serialize};

use crate::named_enum;

named_enum! {
    /// A tenant's plan, from smallest to largest.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Plan {
        /// One product.
        Free = "free",
        /// Three products.
        Starter = "starter",
        /// Ten products.
        Pro = "pro",
        /// All features. The default for a self-hosted tenant.
        Enterprise = "enterprise",
    }
}

/// A feature that depends on the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Another product.
    AnotherProduct {
        /// Number of products that the tenant already has.
        existing: u32,
    },
    /// CSV export of licenses.
    CsvExport,
}

impl Plan {
    /// Returns whether the plan includes the feature. The single definition of plan limits.
    pub const fn allows(self, feature: Feature) -> bool {
        match (self, feature) {
            (Self::Enterprise, _) => true,
            (Self::Free, Feature::AnotherProduct { existing }) => existing < 1,
            (Self::Starter, Feature::AnotherProduct { existing }) => existing < 3,
            (Self::Pro, Feature::AnotherProduct { existing }) => existing < 10,
            (_, Feature::CsvExport) => false,
        }
    }

    /// Returns the smallest plan that includes the feature.
    pub fn minimum_for(feature: Feature) -> Self {
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
    fn plans_limit_products_to_1_3_10_and_unlimited() {
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
    fn only_enterprise_includes_csv_export() {
        for plan in Plan::ALL {
            assert_eq!(
                plan.allows(Feature::CsvExport),
                plan == Plan::Enterprise,
                "{plan:?}"
            );
        }
        assert_eq!(Plan::minimum_for(Feature::CsvExport), Plan::Enterprise);
        assert_eq!(
            Plan::minimum_for(Feature::AnotherProduct { existing: 2 }),
            Plan::Starter
        );
    }

    #[test]
    fn plan_names_round_trip() {
        for plan in Plan::ALL {
            assert_eq!(Plan::from_name(plan.as_str()), Some(plan));
        }
        assert_eq!(Plan::from_name("Pro"), None);
    }
}
