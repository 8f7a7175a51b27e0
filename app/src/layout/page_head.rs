//! The head of a page: its `h1` and its actions.

use leptos::prelude::*;

#[component]
pub fn PageHead(
    heading: &'static str,
    #[prop(optional)] actions: Option<AnyView>,
) -> impl IntoView {
    let actions = actions.map(|actions| view! { <div class="page-actions">{actions}</div> });
    view! {
        <div class="page-head">
            <div class="page-title">
                <h1>{heading}</h1>
            </div>
            {actions}
        </div>
    }
}
