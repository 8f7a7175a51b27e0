//! Whether a part of the page reloads by itself.

use leptos::prelude::*;

use crate::ui::dynamic::dynamic;

/// What is said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveState {
    /// Nothing: it is not known yet, or there is no script.
    Unknown,
    /// It does.
    Live,
    /// It will again in a moment, or so it is hoped.
    Interrupted,
}

/// A word beside the part's heading.
#[component]
pub fn LiveIndicator(state: Signal<LiveState>) -> impl IntoView {
    let mark = dynamic(move || {
        let (word, lost) = match state.get() {
            LiveState::Unknown => return None,
            LiveState::Live => ("Live", None),
            LiveState::Interrupted => ("Reconnecting…", Some("lost")),
        };
        Some(view! { <span class="live" data-state=lost>{word}</span> })
    });
    view! { <span class="live-place" role="status">{mark}</span> }
}
