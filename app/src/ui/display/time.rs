//! Timestamps: UTC in the server's HTML, the viewer's time zone after hydration.

use keywright_domain::time::Timestamp;
use leptos::prelude::*;

use crate::format::{self, Zone};

/// Whether the page is hydrated. Before that it must render the same text as the server.
#[derive(Debug, Clone, Copy)]
struct Hydrated(ReadSignal<bool>);

/// Provides the signal that switches every [`Time`] below to the viewer's time zone after
/// hydration.
pub fn provide_viewer_zone() {
    let (hydrated, set_alive) = signal(false);
    Effect::new(move |_| set_alive.set(true));
    provide_context(Hydrated(hydrated));
}

/// A timestamp with the exact time as its title. It shows the children, such as `38 min ago`, or
/// the date.
#[component]
pub fn Time(at: Timestamp, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let text = match children {
        Some(children) => children().into_any(),
        None => in_zone(at, format::date).into_any(),
    };
    time_element(at, text)
}

/// A nearby timestamp to the minute: `17 Jun, 14:35`.
#[component]
pub fn TimeToMinute(at: Timestamp) -> impl IntoView {
    time_element(at, in_zone(at, format::to_minute).into_any())
}

/// A timestamp to the minute, with weekday, year and zone: `Wed 17 Jun 2026, 14:35 UTC`.
#[component]
pub fn FullTimeToMinute(at: Timestamp) -> impl IntoView {
    time_element(at, in_zone(at, format::full_to_minute).into_any())
}

/// A timestamp to the second, for event tables: `10 Jun 2026, 13:54:00`.
#[cfg(feature = "ssr")]
#[component]
pub fn TimeToSecond(at: Timestamp) -> impl IntoView {
    time_element(at, in_zone(at, format::to_second).into_any())
}

fn time_element(at: Timestamp, text: AnyView) -> impl IntoView {
    let title = in_zone(at, format::full);
    view! { <time datetime=format::iso(at) title=title>{text}</time> }
}

/// Formats the timestamp in UTC, and in the viewer's time zone after hydration.
fn in_zone(
    at: Timestamp,
    text: fn(Timestamp, Zone) -> String,
) -> impl Fn() -> String + Send + Sync {
    let hydrated = use_context::<Hydrated>();
    move || {
        let zone = match hydrated {
            Some(Hydrated(hydrated)) if hydrated.get() => viewer_zone(at),
            _ => Zone::UTC,
        };
        text(at, zone)
    }
}

/// Returns the viewer's UTC offset at that time, including daylight saving time.
#[cfg(target_arch = "wasm32")]
fn viewer_zone(at: Timestamp) -> Zone {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "JavaScript dates are doubles, exact for 285,000 years; offsets are below a day"
    )]
    let minutes_west = {
        let millis = at.millis() as f64;
        js_sys::Date::new(&millis.into()).get_timezone_offset() as i32
    };
    Zone::from_minutes_east(-minutes_west)
}

#[cfg(not(target_arch = "wasm32"))]
fn viewer_zone(_at: Timestamp) -> Zone {
    Zone::UTC
}
