//! The site's files. Their names carry a hash of what is in them, so browsers keep them for good.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{
    site::{Encoded, content_type},
    state::AppState,
};

const FOR_GOOD: &str = "public, max-age=31536000, immutable";
const FOR_AN_HOUR: &str = "public, max-age=3600";

/// `GET /pkg/{file}`.
pub(super) async fn file(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    let found = state
        .site
        .file(&name, accepted.unwrap_or_default())
        .zip(content_type(&name));
    let Some((Encoded { bytes, encoding }, content_type)) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kept = if name.contains('-') {
        FOR_GOOD
    } else {
        FOR_AN_HOUR
    };
    let mut response = (
        [
            (header::CONTENT_TYPE, content_type),
            (header::CACHE_CONTROL, kept),
            (header::VARY, "accept-encoding"),
        ],
        bytes,
    )
        .into_response();
    if let Some(encoding) = encoding {
        response.headers_mut().insert(
            header::CONTENT_ENCODING,
            axum::http::HeaderValue::from_static(encoding),
        );
    }
    response
}
