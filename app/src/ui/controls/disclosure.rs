//! Something that is folded away until it is asked for.

use leptos::prelude::*;

/// A line that unfolds what is below it. The browser's own: it needs no script.
#[component]
pub fn Disclosure(summary: &'static str, children: Children) -> impl IntoView {
    view! {
        <details class="disclosure">
            <summary>{summary}</summary>
            {children()}
        </details>
    }
}
