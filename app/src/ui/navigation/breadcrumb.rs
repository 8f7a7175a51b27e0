//! Where a page stands.

use leptos::prelude::*;

/// The pages above this one, each with its address, and this one's name.
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
