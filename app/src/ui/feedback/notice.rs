//! Messages within a page.

use leptos::{html::Div, prelude::*};

use crate::ui::icon::{Icon, IconName};

/// Reports that an action failed, and why.
#[component]
pub fn Alert(children: Children) -> impl IntoView {
    view! {
        <div class="notice" data-tone="danger" role="alert">
            <Icon name=IconName::Warning/>
            <div>{children()}</div>
        </div>
    }
}

/// Warns that the page may be stale. Render it inside a live region.
#[component]
pub fn StaleNotice(children: Children) -> impl IntoView {
    view! {
        <div class="notice" data-tone="warn">
            <Icon name=IconName::Info/>
            <p>{children()}</p>
        </div>
    }
}

/// Reports the state of a server-only page.
#[cfg(feature = "ssr")]
#[component]
pub fn StatusNotice(children: Children) -> impl IntoView {
    view! {
        <div class="notice" data-tone="ok" role="status">
            <Icon name=IconName::Active/>
            <div>{children()}</div>
        </div>
    }
}

/// Reports that an action has succeeded. It can take the focus.
#[component]
pub fn SuccessNotice(node: NodeRef<Div>, children: Children) -> impl IntoView {
    view! {
        <div class="notice" data-tone="ok" role="status" tabindex="-1" node_ref=node>
            <Icon name=IconName::Active/>
            <p>{children()}</p>
        </div>
    }
}
