//! Menus: popovers that open and close without a script.

use leptos::prelude::*;

/// What opens when the button whose `popovertarget` is `id` is pressed.
#[component]
pub fn Menu(id: &'static str, children: Children) -> impl IntoView {
    view! { <div class="menu" id=id popover="auto">{children()}</div> }
}

/// The hairline between two parts of a menu.
#[component]
pub fn MenuRule() -> impl IntoView {
    view! { <hr/> }
}
