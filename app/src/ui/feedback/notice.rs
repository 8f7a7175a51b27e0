//! Messages inside a page.

use leptos::{html::Div, prelude::*};

use crate::ui::icon::{Icon, IconName};

/// Says that what was asked for did not happen, and why.
#[component]
pub fn Alert(children: Children) -> impl IntoView {
    view! {
        <div class="notice" data-tone="danger" role="alert">
            <Icon name=IconName::Warn/>
            <div>{children()}</div>
        </div>
    }
}

/// Says that what the page shows may be old, and what helps; in a place that is heard.
#[component]
pub fn StaleNotice(children: Children) -> impl IntoView {
    view! {
        <div class="notice" data-tone="warn">
            <Icon name=IconName::Info/>
            <p>{children()}</p>
        </div>
    }
}

/// Says that something has come about.
#[cfg(feature = "ssr")]
#[component]
pub fn Note(children: Children) -> impl IntoView {
    view! {
        <div class="notice" data-tone="ok" role="status">
            <Icon name=IconName::Active/>
            <div>{children()}</div>
        </div>
    }
}

/// Says that what was asked for is done, where the focus goes then.
#[component]
pub fn DoneNotice(node: NodeRef<Div>, children: Children) -> impl IntoView {
    view! {
        <div class="notice" data-tone="ok" role="status" tabindex="-1" node_ref=node>
            <Icon name=IconName::Active/>
            <p>{children()}</p>
        </div>
    }
}
