//! What a page says that no longer hears of changes.

use keywright_domain::time::Timestamp;
use leptos::prelude::*;

use crate::ui::{notice::StaleNotice, time::Time};

/// Says since when a page that no longer hears of changes has been old.
#[component]
pub fn Stale(is_old: Signal<bool>, now: Signal<Timestamp>) -> impl IntoView {
    move || {
        is_old.get().then(|| {
            view! {
                <StaleNotice>
                    "Updates are paused: the server can’t be reached. What you see was true on "
                    <Time at=now.get()/> " and comes up to date by itself once the connection is back."
                </StaleNotice>
            }
        })
    }
}
