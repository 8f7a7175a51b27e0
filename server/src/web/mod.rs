//! The dashboard: pages, server functions, sign-in and static files.

pub(crate) mod cookies;
pub(crate) mod extract;
pub(crate) mod middleware;
mod render;
pub(crate) mod routes;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
};
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};

pub(crate) use self::routes::is_shared_path;
pub use self::routes::paths;
use self::{
    middleware::{csrf, errors, security_headers::security_headers, session},
    routes::Routes,
};
use crate::{
    request_id::{self, RequestLog, Surface},
    state::AppState,
};

/// Maximum size of a form or server function body: 64 KiB.
const MAX_BODY_SIZE: usize = 64 * 1024;

/// Builds the dashboard router.
pub(crate) fn router(state: AppState) -> Router {
    let authenticated = with_routes(render::router(), routes::authenticated_routes())
        .layer(from_fn(session::require_session))
        .fallback(render::fallback);
    let with_sign_in = with_routes(authenticated, routes::sign_in_routes());
    let resolved = with_routes(with_sign_in, routes::event_routes())
        .layer(from_fn_with_state(state.clone(), session::resolve_session))
        .layer(CompressionLayer::new());
    with_routes(resolved, routes::public_routes())
        .layer(DefaultBodyLimit::max(MAX_BODY_SIZE))
        .layer(from_fn_with_state(state.clone(), errors::handle_failures))
        // Catches panics while rendering an error page.
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(state.clone(), csrf::reject_cross_site))
        .layer(security_headers(state.public_url))
        .layer(from_fn_with_state(
            RequestLog::new(Surface::Browser, &state),
            request_id::log_request,
        ))
        .with_state(state)
}

fn with_routes<const N: usize>(router: Router<AppState>, added: Routes<N>) -> Router<AppState> {
    added
        .into_iter()
        .fold(router, |router, (path, method)| router.route(path, method))
}
