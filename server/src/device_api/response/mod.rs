//! Device API responses, which are JSON. An error has one message.

mod body;
mod endpoint;

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

pub(crate) use body::{
    ActivateErrorBody, ErrorBody, LeaseFields, SettingsFields, ValidateErrorBody,
};
pub(crate) use endpoint::{Endpoint, count_refusal, rate_limited};

/// Default cache policy. Only the keyset may be cached.
pub(crate) const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// Builds a response with status 200.
pub(crate) fn success(body: impl Serialize) -> Response {
    Json(body).into_response()
}

pub(crate) fn error(status: StatusCode, sentence: &str) -> Response {
    (status, Json(ErrorBody { error: sentence })).into_response()
}
