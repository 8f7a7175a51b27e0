//! Breadcrumb with links to the parent pages.

use leptos::prelude::*;

/// Links to the parent pages (name and URL), followed by the name of the current page.
#[component]
pub fn Breadcrumb(above: Vec<(String, String)>, here: String) -> impl IntoView {
    let above = above
        .into_iter()
        .map(|(name, href)| view! { <li><a href=href>{name}</a></li> })
        .collect_view();
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>
                {above}
                <li aria-current="page">{here}</li>
            </ol>
        </nav>
    }
}
