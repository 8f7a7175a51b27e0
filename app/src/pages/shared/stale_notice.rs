//! Notice for a page whose live updates are paused.

use keywright_domain::time::Timestamp;
use leptos::prelude::*;

use crate::ui::{display::time::FullTimeToMinute, dynamic::dynamic, feedback::notice::StaleNotice};

/// Warns that the page is stale, and shows the time of its data. The `role="status"` element is
/// always rendered, so that screen readers announce the notice.
#[component]
pub fn StalePageNotice(is_stale: Signal<bool>, now: Signal<Timestamp>) -> impl IntoView {
    let notice = dynamic(move || {
        is_stale.get().then(|| {
            view! {
                <StaleNotice>
                    "Live updates paused: connection lost. Showing data from "
                    <FullTimeToMinute at=now.get()/> ". The page refreshes when the connection is back."
                </StaleNotice>
            }
        })
    });
    view! { <div role="status">{notice}</div> }
}
