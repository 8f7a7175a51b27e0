//! Messages inside a page.

use leptos::prelude::*;

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
