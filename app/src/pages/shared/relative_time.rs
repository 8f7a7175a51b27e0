//! Times as distances from now.

use keywright_domain::{license::Status, time::Timestamp};
use leptos::prelude::*;

use crate::{format, ui::display::time::Time};

/// A moment in the past: `38 min ago`, or the date where it is a week or more ago.
pub fn past(at: Timestamp, now: Timestamp) -> AnyView {
    match format::ago(at, now) {
        Some(text) => view! { <Time at>{text}</Time> }.into_any(),
        None => view! { <Time at/> }.into_any(),
    }
}

/// The end of a license. One within the next week stands out while the license is active.
pub fn end(at: Option<Timestamp>, status: Status, now: Timestamp) -> AnyView {
    let Some(at) = at else {
        return "Never".into_any();
    };
    match format::soon(at, now) {
        Some(text) if status == Status::Active => view! {
            <Time at>
                <span class="soon">{text}</span>
            </Time>
        }
        .into_any(),
        _ => view! { <Time at/> }.into_any(),
    }
}
