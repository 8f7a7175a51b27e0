//! Times relative to now.

use keywright_domain::{license::Status, time::Timestamp};
use leptos::prelude::*;

use crate::{format, ui::display::time::Time};

/// Renders a past time such as `38 min ago`, or the date at seven days or more.
pub fn past_time(at: Timestamp, now: Timestamp) -> AnyView {
    match format::time_since(at, now) {
        Some(text) => view! { <Time at>{text}</Time> }.into_any(),
        None => view! { <Time at/> }.into_any(),
    }
}

/// Renders the expiry of a license. For an active license, an expiry within the next week is
/// relative to now and highlighted.
pub fn expiry(at: Option<Timestamp>, status: Status, now: Timestamp) -> AnyView {
    let Some(at) = at else {
        return "Never".into_any();
    };
    match format::time_until(at, now) {
        Some(text) if status == Status::Active => view! {
            <Time at>
                <span class="text-emphasis">{text}</span>
            </Time>
        }
        .into_any(),
        _ => view! { <Time at/> }.into_any(),
    }
}
