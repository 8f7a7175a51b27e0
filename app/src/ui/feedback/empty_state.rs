//! Placeholder for missing content.

use leptos::prelude::*;

/// An optional heading, followed by the reason and what to do next.
#[component]
pub fn EmptyState(
    #[prop(optional)] heading: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let heading = heading.map(|heading| view! { <h2>{heading}</h2> });
    view! {
        <div class="empty-state">
            {heading}
            {children()}
        </div>
    }
}
