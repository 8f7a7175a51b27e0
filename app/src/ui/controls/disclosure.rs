//! Disclosures: content that is collapsed below a summary.

use leptos::prelude::*;

/// A line that expands the content below it. The native element needs no script.
#[component]
pub fn Disclosure(summary: &'static str, children: Children) -> impl IntoView {
    view! {
        <details class="disclosure">
            <summary>{summary}</summary>
            {children()}
        </details>
    }
}
