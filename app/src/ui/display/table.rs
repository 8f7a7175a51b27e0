//! Tables. Roles are spelled out because rows laid out as cards would lose them in some browsers.

use leptos::prelude::*;

use crate::ui::{
    dynamic::dynamic,
    icon::{Icon, IconName},
};

/// A table in a region of its own. `narrow` names the style that lays its rows out as cards; while `busy`, the rows
/// are old ones.
#[component]
pub fn Table(
    label: &'static str,
    #[prop(into)] caption: Signal<String>,
    narrow: &'static str,
    busy: Signal<bool>,
    /// The header cells.
    head: AnyView,
    /// The rows.
    children: Children,
) -> impl IntoView {
    let aria_busy = move || busy.get().then_some("true");
    let bar = dynamic(move || busy.get().then(|| view! { <div class="table-busy"></div> }));
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

/// How a column that rows can be sorted by stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortState {
    /// Whether the rows are sorted by it, and then whether the greatest comes first.
    pub descending: Option<bool>,
    /// Where a press on its head leads.
    pub href: String,
}

/// The head of a column that rows can be sorted by.
#[component]
pub fn SortableHeader(
    class: &'static str,
    label: &'static str,
    state: Signal<SortState>,
) -> impl IntoView {
    let aria_sort = move || {
        state.with(|state| match state.descending {
            Some(true) => Some("descending"),
            Some(false) => Some("ascending"),
            None => None,
        })
    };
    let icon = dynamic(move || {
        let name = state.with(|state| match state.descending {
            Some(false) => IconName::ArrowUp,
            Some(true) | None => IconName::ArrowDown,
        });
        view! { <Icon name/> }
    });
    let href = move || state.with(|state| state.href.clone());
    view! {
        <th class=class role="columnheader" scope="col" aria-sort=aria_sort>
            <a class="sort" href=href>
                {label}
                {icon}
            </a>
        </th>
    }
}
