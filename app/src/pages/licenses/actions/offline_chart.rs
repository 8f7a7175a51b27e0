//! Chart of how many devices can still run offline after a license has ended.

use keywright_api_types::license_detail::LicenseDetail;
use keywright_domain::time::{DAY_MILLIS, Timestamp};
use leptos::prelude::*;

use crate::ui::display::step_chart::StepChart;

/// Maximum lease duration in days. The 300 s of clock skew that clients add are too short to be
/// visible in the chart.
const MAX_LEASE_DAYS: i64 = 7;

/// Minimum number of devices for a chart. With fewer devices, the dates are clear enough.
const MIN_CHART_DEVICES: usize = 3;

/// The chart, or nothing if there are too few devices.
#[component]
pub fn OfflineChart(license: LicenseDetail) -> impl IntoView {
    let (ends, now) = (license.offline_deadlines(), license.now);
    (ends.len() >= MIN_CHART_DEVICES).then(|| {
        let ticks = (0..=MAX_LEASE_DAYS).map(|day| {
            if day == 0 {
                "now".to_owned()
            } else {
                format!("{day} d")
            }
        });
        view! {
            <StepChart
                caption="Devices that can still run offline"
                summary=summary(&ends, now)
                total=ends.len()
                falls=end_positions(&ends, now)
                ticks=ticks.collect()
            />
        }
    })
}

/// Returns the position at which each device stops, in thousandths of the chart's width.
fn end_positions(ends: &[Timestamp], now: Timestamp) -> Vec<i64> {
    let share = |end: &Timestamp| {
        let left = end.millis().saturating_sub(now.millis());
        (left.saturating_mul(1_000) / (MAX_LEASE_DAYS * DAY_MILLIS)).clamp(0, 1_000)
    };
    ends.iter().map(share).collect()
}

/// Describes the chart in words: `8 now, 6 after 1 day, …`.
fn summary(ends: &[Timestamp], now: Timestamp) -> String {
    let after = |days: i64| {
        let then = now.plus_millis(days * DAY_MILLIS);
        ends.iter().filter(|&&end| end > then).count()
    };
    let mut parts = vec![format!("{} now", ends.len())];
    let mut before = ends.len();
    for days in 1..=MAX_LEASE_DAYS {
        let left = after(days);
        if left != before {
            let noun = if days == 1 { "day" } else { "days" };
            parts.push(format!("{left} after {days} {noun}"));
            before = left;
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_781_000_040);

    #[test]
    fn chart_steps_down_at_the_end_of_each_device() {
        let ends = [
            NOW.plus_millis(DAY_MILLIS / 2),
            NOW.plus_days(7).plus_millis(360_000),
            NOW.plus_days(7),
        ];
        assert_eq!(end_positions(&ends, NOW), [71, 1_000, 1_000]);
        assert_eq!(end_positions(&[NOW.minus_days(1)], NOW), [0]);
    }

    #[test]
    fn summary_lists_only_days_with_changes() {
        let hours = |hours: i64| NOW.plus_millis(hours * 3_600_000);
        let ends = [hours(5), hours(60), hours(61), hours(168)];
        assert_eq!(
            summary(&ends, NOW),
            "4 now, 3 after 1 day, 1 after 3 days, 0 after 7 days"
        );
    }
}
