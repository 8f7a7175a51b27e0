//! What a page says that no longer hears of changes.

use keywright_domain::time::Timestamp;
use leptos::prelude::*;

use crate::ui::{display::time::ExactMinute, dynamic::dynamic, feedback::notice::StaleNotice};

/// Says since when the page has been old; its place is there before, so that it is heard.
#[component]
pub fn Stale(is_stale: Signal<bool>, now: Signal<Timestamp>) -> impl IntoView {
    let notice = dynamic(move || {
        is_stale.get().then(|| {
            view! {
                <StaleNotice>
                    "Updates are paused: the connection that brings them is interrupted. What you see was true on "
                    <ExactMinute at=now.get()/> ". It comes up to date by itself once the connection is back."
                </StaleNotice>
            }
        })
    });
    view! { <div role="status">{notice}</div> }
}
