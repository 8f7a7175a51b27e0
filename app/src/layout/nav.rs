//! The main navigation.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{
    layout::VERSION,
    routes,
    ui::icon::{Icon, IconName},
};

/// Links to everything there is.
#[component]
pub fn Nav() -> impl IntoView {
    view! {
        <nav class="app-nav" aria-label="Main">
            <ul class="nav-group">
                <NavLink href=routes::LICENSES icon=IconName::Key label="Licenses"/>
            </ul>
            <p class="nav-foot">"Keywright " {VERSION}</p>
        </nav>
    }
}

#[component]
fn NavLink(href: &'static str, icon: IconName, label: &'static str) -> impl IntoView {
    let path = use_location().pathname;
    let current = move || (path.get() == href).then_some("page");
    view! {
        <li>
            <a class="nav-link" href=href aria-current=current>
                <Icon name=icon/>
                {label}
            </a>
        </li>
    }
}
