//! What a page says that no longer hears of changes.

use keywright_domain::time::Timestamp;
use leptos::prelude::*;

use crate::ui::{changing::changing, notice::StaleNotice, time::ExactMinute};

/// Says since when the page has been old; its place is there before, so that it is heard.
#[component]
pub fn Stale(is_old: Signal<bool>, now: Signal<Timestamp>) -> impl IntoView {
    let notice = changing(move || {
        is_old.get().then(|| {
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
