//! Reads a request body and parses its fields.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::Response,
};
use futures::StreamExt;

use super::{params::Params, strict_json, surrogates};
use crate::device_api::response;

/// Maximum size of a body: 64 KiB.
pub const MAX_BODY_SIZE: usize = 64 * 1024;

/// Larger bodies are read and discarded up to this size, 2 MiB, so that the client receives
/// the response.
const MAX_DRAINED_SIZE: usize = 2 * 1024 * 1024;

impl<S: Sync> FromRequest<S> for Params {
    type Rejection = Response;

    /// Reads a JSON object, regardless of the `Content-Type`.
    async fn from_request(request: Request, _state: &S) -> Result<Self, Response> {
        let bytes = read(request.into_body()).await?;
        parse_fields(&bytes).ok_or_else(|| {
            response::error(StatusCode::BAD_REQUEST, "The body is not a JSON object")
        })
    }
}

/// Parses the fields of a JSON object. Invalid UTF-8 and lone surrogates become U+FFFD.
pub(crate) fn parse_fields(bytes: &[u8]) -> Option<Params> {
    let text = String::from_utf8_lossy(bytes);
    strict_json::parse_object(&surrogates::replace_lone(&text)).map(Params::new)
}

/// Reads and discards a body, up to [`MAX_BODY_SIZE`].
pub(crate) async fn drain(body: Body) {
    let mut stream = body.into_data_stream();
    let mut seen = 0_usize;
    while let Some(Ok(chunk)) = stream.next().await {
        seen = seen.saturating_add(chunk.len());
        if seen > MAX_BODY_SIZE {
            break;
        }
    }
}

async fn read(body: Body) -> Result<Vec<u8>, Response> {
    let mut stream = body.into_data_stream();
    let (mut kept, mut seen) = (Vec::new(), 0_usize);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk
            .map_err(|_| response::error(StatusCode::BAD_REQUEST, "The body is incomplete"))?;
        seen = seen.saturating_add(chunk.len());
        if seen <= MAX_BODY_SIZE {
            kept.extend_from_slice(&chunk);
        }
        if seen > MAX_DRAINED_SIZE {
            break;
        }
    }
    if seen > MAX_BODY_SIZE {
        return Err(response::error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is larger than 64 KiB",
        ));
    }
    Ok(kept)
}
