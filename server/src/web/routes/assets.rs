//! Static files. Browsers may cache a file for a year if its name contains a hash of its contents,
//! and for an hour otherwise.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::state::AppState;

const CACHE_FOREVER: &str = "public, max-age=31536000, immutable";
const CACHE_ONE_HOUR: &str = "public, max-age=3600";

/// Every response depends on `Accept-Encoding`, even a 406.
const VARY: [(HeaderName, &str); 1] = [(header::VARY, "accept-encoding")];

/// `GET /pkg/{file}`.
pub(crate) async fn file(
    State(state): State<AppState>,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Response {
    let file = match state.site.file(&name, &headers) {
        Ok(file) => file,
        Err(StatusCode::NOT_ACCEPTABLE) => {
            return (StatusCode::NOT_ACCEPTABLE, VARY).into_response();
        }
        Err(status) => return status.into_response(),
    };
    let cache_control = if name.contains('-') {
        CACHE_FOREVER
    } else {
        CACHE_ONE_HOUR
    };
    let mut response = (
        [
            (header::CONTENT_TYPE, file.content_type),
            (header::CACHE_CONTROL, cache_control),
        ],
        VARY,
        file.bytes,
    )
        .into_response();
    if let Some(encoding) = file.encoding {
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}
