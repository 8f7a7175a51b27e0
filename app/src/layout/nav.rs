//! The main navigation.

use keywright_domain::role::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::{
    api::page_context::use_page_context,
    routes,
    ui::icon::{Icon, IconName},
};

/// Links to the sections that the operator's role can open.
#[component]
pub fn Nav() -> impl IntoView {
    let visit = use_page_context();
    let guide = (visit.is_guided() && visit.allows(Permission::ManageProducts)).then(|| {
        view! { <NavLink href=routes::GUIDE icon=IconName::Active label="Get started"/> }
    });
    let sdk_key = visit.allows(Permission::ManageKeys).then(|| {
        view! { <NavLink href=routes::SDK_KEY icon=IconName::Code label="SDK key"/> }
    });
    view! {
        <nav class="app-nav" aria-label="Main">
            <ul class="nav-group">
                {guide}
                <NavLink href=routes::LICENSES icon=IconName::Key label="Licenses"/>
                <NavLink href=routes::PRODUCTS icon=IconName::Box label="Products"/>
                <NavLink href=routes::AUDIT icon=IconName::List label="Audit log"/>
                {sdk_key}
            </ul>
            <p class="nav-footer">"Keywright " {env!("CARGO_PKG_VERSION")}</p>
        </nav>
    }
}

#[component]
fn NavLink(href: &'static str, icon: IconName, label: &'static str) -> impl IntoView {
    let path = use_location().pathname;
    let current = move || aria_current(&path.get(), href);
    let rel = routes::is_server_only(href).then_some("external");
    view! {
        <li>
            <a class="nav-link" rel=rel href=href aria-current=current>
                <Icon name=icon/>
                {label}
            </a>
        </li>
    }
}

/// Returns the link's `aria-current`: `page` on its own page, `true` on pages below
/// it, `None` elsewhere.
fn aria_current(path: &str, href: &str) -> Option<&'static str> {
    match path.strip_prefix(href)? {
        "" => Some("page"),
        // Every path is below `/`, so the link to the guide is current on its own page only.
        below if below.starts_with('/') && href != routes::GUIDE => Some("true"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_is_current_on_its_page_and_on_pages_below() {
        assert_eq!(aria_current("/licenses", "/"), None);
        assert_eq!(aria_current("/", "/"), Some("page"));
        for (path, expected) in [
            ("/licenses", Some("page")),
            ("/licenses/abc/revoke", Some("true")),
            ("/licensesx", None),
            ("/audit", None),
        ] {
            assert_eq!(aria_current(path, "/licenses"), expected, "{path}");
        }
    }
}
