//! Responses to devices: always JSON; an error is one sentence.

mod body;
mod endpoint;

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

pub(crate) use body::{ErrorBody, LeaseFields, NotActivated, NotValid, SettingsFields};
pub(crate) use endpoint::{Endpoint, count_refusal, rate_limited};

/// Whether an answer may be kept by caches; nothing but the keyset is.
pub(crate) const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

/// A success: 200, exactly.
pub(crate) fn success(body: impl Serialize) -> Response {
    Json(body).into_response()
}

/// Anything else.
pub(crate) fn error(status: StatusCode, sentence: &str) -> Response {
    (status, Json(ErrorBody { error: sentence })).into_response()
}
