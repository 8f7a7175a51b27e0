//! Pagination controls.

use leptos::prelude::*;

/// Summary of the current page, with links to the previous and the next one.
#[component]
pub fn Pager(
    #[prop(into)] summary: Signal<String>,
    previous: Signal<Option<String>>,
    next: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <nav class="pager" aria-label="Pages">
            <p>{summary}</p>
            <div class="button-row">
                <PagerLink rel="prev" label="Previous" href=previous/>
                <PagerLink rel="next" label="Next" href=next/>
            </div>
        </nav>
    }
}

/// A link that stays rendered when it has no target, so that it keeps the focus on the first and
/// the last page.
#[component]
fn PagerLink(
    rel: &'static str,
    label: &'static str,
    href: Signal<Option<String>>,
) -> impl IntoView {
    let if_disabled = move |value: &'static str| href.with(Option::is_none).then_some(value);
    view! {
        <a
            class="button"
            rel=rel
            href=href
            role=move || if_disabled("link")
            aria-disabled=move || if_disabled("true")
            tabindex=move || if_disabled("-1")
        >
            {label}
        </a>
    }
}
