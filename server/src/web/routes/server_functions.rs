//! Server functions: calls by the scripts of our pages.

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

/// Where server functions are called.
pub(crate) const PATH: &str = "/fn/{*function}";

/// `POST /fn/…`: a server function, if the page that calls it is of this build.
pub(crate) async fn call(State(state): State<AppState>, request: Request<Body>) -> Response {
    let scope = request.extensions().get::<RequestScope>();
    let build_id = &state.site.assets.build_id;
    if let Some(error) = accept::outdated(request.headers(), scope, build_id) {
        return error.into_response();
    }
    let request_id = RequestId::of(request.extensions()).own().to_owned();
    let response = handle_server_fns(request).await.into_response();
    if response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json")
    {
        return response;
    }
    // What is no answer of a function of ours can't be one that pages understand.
    ApiError::new(ErrorCode::NotFound, "The server has no such function.")
        .of_request(request_id)
        .into_response()
}
