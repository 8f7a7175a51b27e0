//! The device API, a frozen contract with released apps.

mod brute_force;
pub(crate) mod extract;
pub(crate) mod middleware;
pub(crate) mod openapi;
mod response;
mod routes;

use std::any::Any;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{StatusCode, Uri, uri::PathAndQuery},
    middleware::{from_fn, from_fn_with_state},
    response::Response,
    routing::{get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

use self::routes::{activate, config, deactivate, keyless, keyset, validate};
use crate::{
    request_id::{self, RequestLog, Surface},
    state::AppState,
};

/// Builds the device API router.
pub(crate) fn router(state: AppState) -> Router {
    Router::new()
        .route("/{tenant}/{product}/activate", post(activate::activate))
        .route("/{tenant}/{product}/validate", post(validate::validate))
        .route(
            "/{tenant}/{product}/deactivate",
            post(deactivate::deactivate),
        )
        .route("/{tenant}/{product}/config", get(config::config))
        .route("/{tenant}/{product}/keyless", post(keyless::keyless))
        .route("/{tenant}/.well-known/keylight-keys", get(keyset::keyset))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        // `body` enforces this API's size limits.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(handle_panic))
        .layer(from_fn_with_state(state.clone(), middleware::rate_limit))
        .layer(from_fn(middleware::headers))
        .layer(from_fn_with_state(
            RequestLog::new(Surface::Device, &state),
            request_id::log_request,
        ))
        .with_state(state)
}

/// Router for paths that a listener does not serve. Responds with 404 in the device API format.
pub(crate) fn not_found_router(state: &AppState) -> Router {
    Router::new()
        .fallback(not_found)
        .layer(from_fn(middleware::headers))
        .layer(from_fn_with_state(
            RequestLog::new(Surface::Device, state),
            request_id::log_request,
        ))
}

/// Replaces a request's path with one that has no empty segments, and keeps the query. Some
/// clients don't trim their base URL.
pub fn rewrite_path(request: &mut Request, path: &str) {
    let mut parts = request.uri().clone().into_parts();
    let query = request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    // Removing empty segments keeps a path valid.
    parts.path_and_query = format!("{path}{query}").parse::<PathAndQuery>().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

async fn not_found() -> Response {
    response::error(StatusCode::NOT_FOUND, "Not found")
}

/// Responds with status 500, which lets the device keep its lease.
fn handle_panic(_: Box<dyn Any + Send>) -> Response {
    response::count_refusal("any", "internal");
    response::error(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
}

async fn method_not_allowed() -> Response {
    response::error(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
}
