//! What shipped apps call: a frozen contract. One file per endpoint, each with its own request and answer.

mod activate;
mod answer;
mod body;
mod call;
mod config;
mod deactivate;
mod fields;
mod guessing;
mod json;
mod keyless;
mod keyset;
pub(crate) mod openapi;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod properties;
mod surrogates;
mod validate;
mod wire;

use std::any::Any;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{StatusCode, Uri, uri::PathAndQuery},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};

use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    client_address::ClientAddress,
    request_id::{self, Side, Watched},
    state::AppState,
};

/// The router of the device API.
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
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        // The limits of this API are its own: see `body`.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(broken))
        .layer(middleware::from_fn_with_state(state.clone(), flood))
        .layer(middleware::from_fn(wire::headers))
        .layer(middleware::from_fn_with_state(
            Watched::new(Side::Device, &state),
            request_id::log,
        ))
        .with_state(state)
}

/// What answers where devices are not answered, or nobody but devices: all is unknown, in words that apps understand.
pub(crate) fn elsewhere(state: &AppState) -> Router {
    Router::new()
        .fallback(unknown)
        .layer(middleware::from_fn(wire::headers))
        .layer(middleware::from_fn_with_state(
            Watched::new(Side::Device, state),
            request_id::log,
        ))
}

/// Takes the empty segments out of a request's path: some clients don't trim their base URL.
pub(crate) fn set_path(request: &mut Request, path: &str) {
    let mut parts = request.uri().clone().into_parts();
    let query = request
        .uri()
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    // What was a path before is one still.
    parts.path_and_query = format!("{path}{query}").parse::<PathAndQuery>().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}

/// Turns a flood away before anything is made of it. What was sent is taken in all the same: who still sends does not see the answer,
/// and takes the end of the connection for trouble on the way.
async fn flood(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let limits = &state.services.limits;
    match ClientAddress::of(request.extensions()) {
        Some(address) if !limits.admit_request(address) => {
            body::drop_all(request.into_body()).await;
            answer::flooded()
        }
        _ => next.run(request).await,
    }
}

async fn unknown() -> Response {
    unknown_path()
}

/// A defect of ours costs one answer, and that is one which lets the device keep its lease.
fn broken(_: Box<dyn Any + Send>) -> Response {
    answer::count_refusal("any", "trouble");
    answer::error(StatusCode::INTERNAL_SERVER_ERROR, "Internal server error")
}

fn unknown_path() -> Response {
    answer::error(StatusCode::NOT_FOUND, "Not found")
}

async fn wrong_method() -> Response {
    answer::error(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
}
