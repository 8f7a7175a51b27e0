//! Server functions, called by our own scripts.

use axum::{
    body::Body,
    extract::{Request, State},
    http::header,
    response::{IntoResponse, Response},
};
use keywright_app::api::{
    error::{ApiError, ErrorCode},
    request_scope::RequestScope,
};
use leptos_axum::handle_server_fns;

use crate::{request_id::RequestId, state::AppState, web::extract::accept};

/// Route of all server functions.
pub(crate) const ROUTE: &str = "/fn/{*function}";

/// `POST /fn/…`: runs a server function, unless the calling page is outdated.
pub(crate) async fn call(State(state): State<AppState>, request: Request<Body>) -> Response {
    let scope = request.extensions().get::<RequestScope>();
    let build_id = &state.site.assets.build_id;
    if let Some(error) = accept::outdated_error(request.headers(), scope, build_id) {
        return error.into_response();
    }
    let request_id = RequestId::from_extensions(request.extensions())
        .server_id()
        .to_owned();
    let response = handle_server_fns(request).await.into_response();
    if response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json")
    {
        return response;
    }
    // Page scripts can read only JSON.
    ApiError::new(
        ErrorCode::NotFound,
        "Unknown server function. Reload the page.",
    )
    .with_request_id(request_id)
    .into_response()
}
