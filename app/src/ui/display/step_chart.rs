//! Chart of a number that decreases step by step.

use std::fmt::Write;

use leptos::prelude::*;

/// Height of the drawing in SVG units. The width is 1000.
const HEIGHT: i64 = 100;

/// A step chart that starts at `total` and decreases by one at each of the `falls`, which are in
/// thousandths of the width and in any order. The `ticks` are evenly spaced below it.
#[component]
pub fn StepChart(
    caption: &'static str,
    /// Text alternative for the chart.
    summary: String,
    total: usize,
    falls: Vec<i64>,
    ticks: Vec<String>,
) -> impl IntoView {
    let line = step_path(total, falls);
    let area = format!("{line}V{HEIGHT}H0Z");
    let ticks = ticks.into_iter().map(|tick| view! { <span>{tick}</span> });
    view! {
        <figure class="step-chart">
            <figcaption>{caption}</figcaption>
            <span class="step-chart-top" aria-hidden="true">{total}</span>
            <svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label=summary>
                <path class="step-chart-area" d=area></path>
                <path class="step-chart-line" d=line></path>
            </svg>
            <div class="step-chart-ticks" aria-hidden="true">{ticks.collect_view()}</div>
        </figure>
    }
}

/// Returns the SVG path along the top of the steps.
fn step_path(total: usize, mut falls: Vec<i64>) -> String {
    falls.sort_unstable();
    let all = i64::try_from(total.max(1)).unwrap_or(i64::MAX);
    let mut path = "M0 0".to_owned();
    for (fallen, place) in (1..).zip(falls) {
        let height = HEIGHT * fallen / all;
        write!(path, "H{place}V{height}").ok();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::step_path;

    #[test]
    fn line_ends_at_zero() {
        assert_eq!(step_path(2, vec![1_000, 250]), "M0 0H250V50H1000V100");
        assert_eq!(step_path(0, vec![]), "M0 0");
    }
}
