//! What stands where there is nothing to show.

use leptos::prelude::*;

/// A heading that says what is missing, unless the page's own does; below it why and what to do.
#[component]
pub fn EmptyState(
    #[prop(optional)] heading: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let heading = heading.map(|heading| view! { <h2>{heading}</h2> });
    view! {
        <div class="empty">
            {heading}
            {children()}
        </div>
    }
}
