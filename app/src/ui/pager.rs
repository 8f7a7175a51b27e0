//! From one page of a list to the next.

use leptos::prelude::*;

/// What is on this page, and links to its neighbours.
#[component]
pub fn Pager(
    #[prop(into)] summary: Signal<String>,
    previous: Option<String>,
    next: Option<String>,
) -> impl IntoView {
    view! {
        <nav class="pager" aria-label="Pages">
            <p aria-live="polite">{summary}</p>
            <div class="button-row">
                <PagerLink rel="prev" label="Previous" href=previous/>
                <PagerLink rel="next" label="Next" href=next/>
            </div>
        </nav>
    }
}

/// Where there is no neighbour the link keeps its place and, if it was just followed to the last page, the focus.
#[component]
fn PagerLink(rel: &'static str, label: &'static str, href: Option<String>) -> impl IntoView {
    let leads_nowhere = href.is_none();
    view! {
        <a
            class="button"
            rel=rel
            href=href
            role=leads_nowhere.then_some("link")
            aria-disabled=leads_nowhere.then_some("true")
            tabindex=leads_nowhere.then_some("-1")
        >
            {label}
        </a>
    }
}
