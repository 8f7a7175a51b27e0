//! Dashboard routes, grouped by who may access them.

mod assets;
mod audit;
mod events;
mod guide;
mod health;
mod license_actions;
mod license_export;
mod mint;
mod products;
mod sdk_key;
pub(crate) mod search;
mod server_functions;
mod session;
mod setup;
pub(crate) mod theme;

use std::collections::BTreeSet;

use axum::{
    response::Redirect,
    routing::{MethodRouter, get, post},
};
use keywright_app::routes;

use super::render;
use crate::{device_api::openapi, state::AppState};

/// Returns whether a path is served on every listener: health checks and the API description.
pub(crate) fn is_shared_path(path: &str) -> bool {
    [health::HEALTH, health::READY, openapi::PATH].contains(&path)
}

/// Paths and their handlers.
pub(crate) type Routes<const N: usize> = [(&'static str, MethodRouter<AppState>); N];

/// Routes for signed-in operators, in addition to the pages.
pub(crate) fn authenticated_routes() -> Routes<21> {
    [
        (server_functions::ROUTE, post(server_functions::call)),
        (routes::LICENSES_CSV, get(license_export::export)),
        // Reloading a search result sends a GET.
        (
            routes::LICENSES_FIND,
            post(search::find).get(|| async { Redirect::to(routes::LICENSES) }),
        ),
        (
            routes::LICENSES_KEY_NOT_FOUND,
            get(|| async { Redirect::to(routes::LICENSES) }),
        ),
        (
            routes::AUDIT_FIND,
            post(audit::find).get(|| async { Redirect::to(routes::AUDIT) }),
        ),
        (
            routes::AUDIT_KEY_NOT_FOUND,
            get(|| async { Redirect::to(routes::AUDIT) }),
        ),
        (routes::PRODUCT_NEW, post(products::create)),
        ("/products/{product}/edit", post(products::update)),
        (
            "/products/{product}/key-types/new",
            post(products::create_key_type),
        ),
        (
            "/products/{product}/key-types/{key_type}/edit",
            post(products::update_key_type),
        ),
        (
            "/products/{product}/key-types/{key_type}/delete",
            post(products::delete_key_type),
        ),
        (routes::KEY_PREFIX_CHECK, get(products::check_key_prefix)),
        (routes::GUIDE, get(guide::page)),
        (routes::GUIDE_DISMISS, post(guide::dismiss)),
        (routes::SDK_KEY_NEW, post(sdk_key::create)),
        (routes::SDK_KEY_IMPORT, post(sdk_key::import)),
        (
            "/settings/sdk-key/{fingerprint}/end",
            post(sdk_key::change_end),
        ),
        (routes::MINT, post(mint::mint)),
        ("/licenses/{id}/revoke", post(license_actions::revoke)),
        ("/licenses/{id}/remint", post(license_actions::remint)),
        (
            "/licenses/{id}/instances/{instance}/deactivate",
            post(license_actions::deactivate),
        ),
    ]
}

/// Returns all dashboard paths as router patterns.
pub fn paths() -> BTreeSet<String> {
    let own = authenticated_routes().map(|(path, _)| path);
    let own = own
        .into_iter()
        .chain(sign_in_routes().map(|(path, _)| path));
    let own = own.chain(event_routes().map(|(path, _)| path));
    let own = own.chain(public_routes().map(|(path, _)| path));
    own.map(str::to_owned).chain(render::paths()).collect()
}

/// Routes for signed-out visitors. After a failed sign-in, the browser stays at the form's URL.
pub(crate) fn sign_in_routes() -> Routes<2> {
    [
        (
            routes::SESSION,
            post(session::sign_in).get(|| async { Redirect::to(routes::LOGIN) }),
        ),
        (routes::SETUP, get(setup::page).post(setup::submit)),
    ]
}

/// Event streams. They are not guarded like pages, because a script cannot follow a redirect to
/// the sign-in page.
pub(crate) fn event_routes() -> Routes<1> {
    [(routes::EVENTS, get(events::open))]
}

/// Routes that need neither a page nor a session, so they also work while the database is down.
pub(crate) fn public_routes() -> Routes<7> {
    [
        (
            routes::ERROR_PAGE,
            get(|| async { Redirect::to(routes::LICENSES) }),
        ),
        (health::HEALTH, get(health::health)),
        (health::READY, get(health::ready)),
        (openapi::PATH, get(openapi::openapi)),
        ("/pkg/{file}", get(assets::file)),
        (routes::SESSION_END, post(session::sign_out)),
        (routes::SESSION_THEME, post(theme::set_theme)),
    ]
}

#[cfg(test)]
mod tests {
    use keywright_domain::slug::{RESERVED_TENANT_SLUGS, check_tenant};

    use super::*;

    #[test]
    fn first_path_segments_are_reserved_tenant_slugs() {
        let paths = paths();
        assert!(paths.len() > 8, "{paths:?}");
        for path in paths {
            let first = path
                .split('/')
                .find(|segment| !segment.is_empty())
                .unwrap_or_default();
            let reserved = RESERVED_TENANT_SLUGS.contains(&first);
            assert!(reserved || check_tenant(first).is_err(), "{path}");
        }
    }
}
