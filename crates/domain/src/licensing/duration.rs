//! License durations: entered in days, weeks, months or years, and stored in days.

use crate::named_enum;

/// Maximum duration of a license in days, unless it is a lifetime license.
pub const MAX_DAYS: u32 = 36_500;

named_enum! {
    /// Unit in which a duration is entered.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum DurationUnit {
        /// 24 hours.
        Days = "days",
        /// 7 days.
        Weeks = "weeks",
        /// 30 days.
        Months = "months",
        /// 365 days.
        Years = "years",
    }
}

/// The duration is out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the duration must be 1 day to 100 years, or lifetime")]
pub struct DurationError;

impl DurationUnit {
    /// Returns the length of one unit in days.
    pub const fn to_days(self) -> u32 {
        match self {
            Self::Days => 1,
            Self::Weeks => 7,
            Self::Months => 30,
            Self::Years => 365,
        }
    }
}

/// Converts a count of units to days. Fails if the result is not 1 to [`MAX_DAYS`].
pub fn to_days(count: u32, unit: DurationUnit) -> Result<u32, DurationError> {
    let days = count.checked_mul(unit.to_days()).ok_or(DurationError)?;
    (1..=MAX_DAYS)
        .contains(&days)
        .then_some(days)
        .ok_or(DurationError)
}

/// Expresses days in the largest unit that divides them evenly.
pub fn to_largest_unit(days: u32) -> (u32, DurationUnit) {
    let mut units = DurationUnit::ALL.into_iter().rev();
    let unit = units.find(|unit| days > 0 && days.is_multiple_of(unit.to_days()));
    let unit = unit.unwrap_or(DurationUnit::Days);
    (days / unit.to_days(), unit)
}

/// Formats a duration: `1 year`, `2 weeks`, `Lifetime`.
pub fn describe(days: Option<u32>) -> String {
    let Some(days) = days else {
        return "Lifetime".to_owned();
    };
    let (count, unit) = to_largest_unit(days);
    let unit = unit.as_str();
    if count == 1 {
        format!("1 {}", unit.trim_end_matches('s'))
    } else {
        format!("{count} {unit}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;

    #[test]
    fn units_convert_to_days_within_limits() {
        for (count, unit, stored) in [
            (1, DurationUnit::Days, Ok(1)),
            (2, DurationUnit::Weeks, Ok(14)),
            (6, DurationUnit::Months, Ok(180)),
            (100, DurationUnit::Years, Ok(36_500)),
            (101, DurationUnit::Years, Err(DurationError)),
            (0, DurationUnit::Years, Err(DurationError)),
            (u32::MAX, DurationUnit::Weeks, Err(DurationError)),
        ] {
            assert_eq!(to_days(count, unit), stored, "{count} {unit:?}");
        }
    }

    #[test]
    fn days_are_described_in_the_largest_even_unit() {
        for (days, read) in [
            (Some(365), "1 year"),
            (Some(730), "2 years"),
            (Some(30), "1 month"),
            (Some(14), "2 weeks"),
            (Some(10), "10 days"),
            (Some(1), "1 day"),
            (None, "Lifetime"),
        ] {
            assert_eq!(describe(days), read);
        }
        for unit in DurationUnit::ALL {
            assert_eq!(DurationUnit::from_name(unit.as_str()), Some(unit));
        }
    }

    proptest! {
        #[test]
        fn any_duration_is_1_to_36500_days_or_an_error(
            count in prop_oneof![0..40_000_u32, any::<u32>()], unit in select(DurationUnit::ALL.to_vec())
        ) {
            let meant = u64::from(count) * u64::from(unit.to_days());
            match to_days(count, unit) {
                Ok(stored) => {
                    prop_assert_eq!(u64::from(stored), meant);
                    let (shown, shown_unit) = to_largest_unit(stored);
                    prop_assert_eq!(to_days(shown, shown_unit), Ok(stored));
                }
                Err(DurationError) => prop_assert!(meant == 0 || meant > 36_500),
            }
        }
    }
}
