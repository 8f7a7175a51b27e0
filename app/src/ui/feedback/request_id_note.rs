//! Small print.

use leptos::prelude::*;

/// The id under which the server's log has a request: what to quote when asking for help.
#[component]
pub fn RequestIdNote(id: String) -> impl IntoView {
    view! {
        <p class="meta">
            <span>"Request " <code>{id}</code></span>
        </p>
    }
}
