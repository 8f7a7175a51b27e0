//! Tables. Roles are spelled out because rows laid out as cards would lose them in some browsers.

use leptos::prelude::*;

/// A table in a region of its own. `narrow` names the style that lays its rows out as cards; while `busy`, the rows
/// are old ones.
#[component]
pub fn Table(
    label: &'static str,
    #[prop(into)] caption: Signal<&'static str>,
    narrow: &'static str,
    busy: Signal<bool>,
    /// The header cells.
    head: AnyView,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let aria_busy = move || busy.get().then_some("true");
    let bar = move || busy.get().then(|| view! { <div class="table-busy"></div> });
    view! {
        <div class="table-region" role="region" aria-label=label aria-busy=aria_busy>
            <table class="table" role="table" data-narrow=narrow>
                <caption class="visually-hidden">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">{head}</tr>
                </thead>
                <tbody role="rowgroup">{children()}</tbody>
            </table>
            {bar}
        </div>
    }
}
