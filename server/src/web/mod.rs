//! The browser's side: pages, server functions, sign-in, files.

mod actions;
mod audit;
mod calls;
mod cross_site;
mod csv;
mod events;
mod failure;
mod files;
mod find;
mod forms;
mod guide;
mod health;
mod mint;
mod pages;
mod products;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod sdk_key;
mod security;
pub mod session;
mod setup;
mod theme;
mod visit;

use std::collections::BTreeSet;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    response::Redirect,
    routing::{MethodRouter, get, post},
};
use keywright_app::routes;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

use crate::{
    device_api::openapi,
    request_id::{self, Side, Watched},
    state::AppState,
};

/// Most bytes of a form or a call: 64 KiB.
const BODY_LIMIT: usize = 64 * 1024;

/// The router of the dashboard.
pub(crate) fn router(state: AppState) -> Router {
    let guarded = with_routes(pages::router(), guarded())
        .layer(middleware::from_fn(visit::guard))
        .fallback(pages::nowhere);
    let visited = with_routes(with_routes(guarded, sign_in()), live())
        .layer(middleware::from_fn_with_state(
            state.clone(),
            visit::resolve,
        ))
        .layer(CompressionLayer::new());
    with_routes(visited, plain_answers())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            failure::catch,
        ))
        // For the one mistake that is left: that the page which tells of another fails.
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(
            state.clone(),
            cross_site::refuse,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            security::headers,
        ))
        .layer(middleware::from_fn_with_state(
            Watched::new(Side::Browser, &state),
            request_id::log,
        ))
        .with_state(state)
}

/// Whether that is answered wherever the server listens: how it is, and what devices may ask.
pub(crate) fn is_everywhere(path: &str) -> bool {
    [health::HEALTH, health::READY, openapi::PATH].contains(&path)
}

/// A path and what answers there.
type Routes<const N: usize> = [(&'static str, MethodRouter<AppState>); N];

/// What answers to those who are signed in, beside the pages.
fn guarded() -> Routes<21> {
    [
        (pages::FUNCTIONS, post(pages::server_function)),
        (routes::LICENSES_CSV, get(csv::licenses)),
        // Reloading the answer to a search asks for the list.
        (
            routes::LICENSES_FIND,
            post(find::find).get(|| async { Redirect::to(routes::LICENSES) }),
        ),
        (
            routes::NO_SUCH_KEY,
            get(|| async { Redirect::to(routes::LICENSES) }),
        ),
        (
            routes::AUDIT_FIND,
            post(audit::find).get(|| async { Redirect::to(routes::AUDIT) }),
        ),
        (
            routes::AUDIT_NO_SUCH_KEY,
            get(|| async { Redirect::to(routes::AUDIT) }),
        ),
        (routes::PRODUCT_NEW, post(products::create)),
        ("/products/{product}/edit", post(products::change)),
        (
            "/products/{product}/key-types/new",
            post(products::create_key_type),
        ),
        (
            "/products/{product}/key-types/{key_type}/edit",
            post(products::change_key_type),
        ),
        (
            "/products/{product}/key-types/{key_type}/delete",
            post(products::delete_key_type),
        ),
        (routes::KEY_PREFIX_CHECK, get(products::check_key_prefix)),
        (routes::GUIDE, get(guide::page)),
        (routes::GUIDE_END, post(guide::end)),
        (routes::SDK_KEY_NEW, post(sdk_key::make)),
        (routes::SDK_KEY_IMPORT, post(sdk_key::import)),
        (
            "/settings/sdk-key/{fingerprint}/end",
            post(sdk_key::move_end),
        ),
        (routes::MINT, post(mint::mint)),
        ("/licenses/{id}/revoke", post(actions::revoke)),
        ("/licenses/{id}/remint", post(actions::remint)),
        (
            "/licenses/{id}/instances/{instance}/deactivate",
            post(actions::deactivate),
        ),
    ]
}

/// The path of everything that browsers are answered, as the router matches it.
pub fn paths() -> BTreeSet<String> {
    let own = guarded().map(|(path, _)| path);
    let own = own.into_iter().chain(sign_in().map(|(path, _)| path));
    let own = own.chain(live().map(|(path, _)| path));
    let own = own.chain(plain_answers().map(|(path, _)| path));
    own.map(str::to_owned).chain(pages::paths()).collect()
}

/// What answers with a page, to those who are not signed in. A refused sign-in leaves its address in the browser.
fn sign_in() -> Routes<2> {
    [
        (
            routes::SESSION,
            post(session::begin).get(|| async { Redirect::to(routes::LOGIN) }),
        ),
        (routes::SETUP, get(setup::form).post(setup::run)),
    ]
}

/// What pages listen to. Not guarded as they are: a script has no use for the way to the sign-in page.
fn live() -> Routes<1> {
    [(routes::EVENTS, get(events::open))]
}

/// What needs no page, and does not ask who is there: so it also works while the database does not.
fn plain_answers() -> Routes<7> {
    [
        (
            routes::FAILED,
            get(|| async { Redirect::to(routes::LICENSES) }),
        ),
        (health::HEALTH, get(health::health)),
        (health::READY, get(health::ready)),
        (openapi::PATH, get(openapi::openapi)),
        ("/pkg/{file}", get(files::file)),
        (routes::SESSION_END, post(session::end)),
        (routes::SESSION_THEME, post(theme::choose)),
    ]
}

fn with_routes<const N: usize>(router: Router<AppState>, added: Routes<N>) -> Router<AppState> {
    added
        .into_iter()
        .fold(router, |router, (path, method)| router.route(path, method))
}

#[cfg(test)]
mod tests {
    use keywright_domain::slug::{RESERVED_TENANT_SLUGS, check_tenant};

    use super::*;

    #[test]
    fn every_first_segment_that_could_be_a_tenant_is_reserved() {
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
