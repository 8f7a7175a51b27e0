//! Note with a request ID.

use leptos::prelude::*;

/// The ID of a request in the server's log, to quote when asking for help.
#[component]
pub fn RequestIdNote(id: String) -> impl IntoView {
    view! {
        <p class="metadata">
            <span>"Request ID " <code>{id}</code></span>
        </p>
    }
}
