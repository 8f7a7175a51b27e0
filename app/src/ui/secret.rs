//! Something that is shown once.

use leptos::prelude::*;

/// The text alone in its frame; a click selects the whole of it.
#[component]
pub fn Secret(label: &'static str, text: String) -> impl IntoView {
    view! {
        <div class="secret">
            <output aria-label=label>{text}</output>
        </div>
    }
}
