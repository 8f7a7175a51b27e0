//! Labels and their values.

use leptos::prelude::*;

/// Label over value, in columns.
#[component]
pub fn DescriptionList(children: Children) -> impl IntoView {
    view! { <dl class="facts">{children()}</dl> }
}

/// Label beside value, a row each.
#[component]
pub fn DescriptionRows(children: Children) -> impl IntoView {
    view! { <dl class="facts" data-kind="rows">{children()}</dl> }
}

/// A label with its value.
#[component]
pub fn Item(label: &'static str, children: Children) -> impl IntoView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}

/// The same with a label that is not known beforehand.
#[component]
pub fn NamedItem(label: String, value: String) -> impl IntoView {
    view! {
        <div>
            <dt>{label}</dt>
            <dd>
                <bdi>{value}</bdi>
            </dd>
        </div>
    }
}

/// A label with a value that needs the whole line.
#[component]
pub fn WideItem(label: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="facts-wide">
            <dt>{label}</dt>
            <dd>{children()}</dd>
        </div>
    }
}
