//! Tags: short names, such as entitlements, in a row.

use leptos::prelude::*;

#[component]
pub fn TagList(names: Vec<String>) -> impl IntoView {
    let tags = names
        .into_iter()
        .map(|name| view! { <code class="tag">{name}</code> })
        .collect_view();
    view! { <span class="tag-list">{tags}</span> }
}
