//! Tables. Roles are explicit because rows laid out as cards lose their implicit roles in some
//! browsers.

use leptos::prelude::*;

use crate::ui::{
    dynamic::dynamic,
    icon::{Icon, IconName},
};

/// A table in a labeled region. `narrow` selects the style that lays rows out as cards on narrow
/// screens. The rows are stale while `busy`.
#[component]
pub fn Table(
    label: &'static str,
    #[prop(into)] caption: Signal<String>,
    narrow: &'static str,
    busy: Signal<bool>,
    /// Header cells.
    head: AnyView,
    /// Rows.
    children: Children,
) -> impl IntoView {
    let aria_busy = move || busy.get().then_some("true");
    let bar = dynamic(move || busy.get().then(|| view! { <div class="table-busy"></div> }));
    view! {
        <div class="table-region" role="region" aria-label=label aria-busy=aria_busy>
            <table class="table" role="table" data-card-layout=narrow>
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

/// State of a sortable column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortState {
    /// Sort direction, or `None` if the table is sorted by another column.
    pub descending: Option<bool>,
    /// Target of the header's link.
    pub href: String,
}

/// Header for a sortable column.
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
            <a class="sort-link" href=href>
                {label}
                {icon}
            </a>
        </th>
    }
}
