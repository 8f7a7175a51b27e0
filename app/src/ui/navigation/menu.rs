//! Menus, as popovers that open and close without a script.

use leptos::prelude::*;

/// The popover of the button whose `popovertarget` is `id`.
#[component]
pub fn Menu(id: &'static str, children: Children) -> impl IntoView {
    view! { <div class="menu" id=id popover="auto">{children()}</div> }
}

/// A separator between two sections of a menu.
#[component]
pub fn MenuSeparator() -> impl IntoView {
    view! { <hr/> }
}
