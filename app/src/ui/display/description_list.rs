//! Description lists: labels with their values, in columns or in rows.

use leptos::prelude::*;

/// Items in columns, the label above the value.
#[component]
pub fn DescriptionList(children: Children) -> impl IntoView {
    view! { <dl class="description-list">{children()}</dl> }
}

/// Items in rows, the label next to the value.
#[component]
pub fn DescriptionRows(children: Children) -> impl IntoView {
    view! { <dl class="description-list" data-variant="rows">{children()}</dl> }
}

/// A label and its value.
#[component]
pub fn Item(label: &'static str, children: Children) -> impl IntoView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}

/// An item whose label is dynamic.
#[component]
pub fn DynamicItem(label: String, value: String) -> impl IntoView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>
                <bdi>{value}</bdi>
            </dd>
        </div>
    }
}

/// An item that takes the whole width.
#[component]
pub fn WideItem(label: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="description-list-wide">
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}
