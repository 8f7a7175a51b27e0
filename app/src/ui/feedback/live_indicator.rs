//! Indicator that shows whether a section receives live updates.

use leptos::prelude::*;

use crate::ui::dynamic::dynamic;

/// State of the indicator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveState {
    /// Not known yet, or there is no script. Nothing is shown.
    Unknown,
    /// Updates arrive.
    Live,
    /// The connection is being restored.
    Interrupted,
}

/// A word next to the section's heading.
#[component]
pub fn LiveIndicator(state: Signal<LiveState>) -> impl IntoView {
    let mark = dynamic(move || {
        let (word, lost) = match state.get() {
            LiveState::Unknown => return None,
            LiveState::Live => ("Live", None),
            LiveState::Interrupted => ("Reconnecting…", Some("lost")),
        };
        Some(view! { <span class="live-indicator" data-state=lost>{word}</span> })
    });
    view! { <span class="live-region" role="status">{mark}</span> }
}
