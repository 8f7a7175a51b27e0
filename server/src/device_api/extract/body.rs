//! From the bytes of a request to its fields.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::Response,
};
use futures::StreamExt;

use super::{params::Params, strict_json, surrogates};
use crate::device_api::response;

/// Most bytes of a request: 64 KiB.
pub const LIMIT: usize = 64 * 1024;

/// Up to here, 2 MiB, a body that is too long is read and dropped, so that the client sees the answer.
const DRAIN_LIMIT: usize = 2 * 1024 * 1024;

impl<S: Sync> FromRequest<S> for Params {
    type Rejection = Response;

    /// Reads a JSON object, whatever the `Content-Type` says.
    async fn from_request(request: Request, _state: &S) -> Result<Self, Response> {
        let bytes = read(request.into_body()).await?;
        fields(&bytes).ok_or_else(|| {
            response::error(StatusCode::BAD_REQUEST, "The body is not a JSON object")
        })
    }
}

/// The fields of a JSON object. What is no UTF-8, and surrogates without their other half, becomes U+FFFD.
pub(crate) fn fields(bytes: &[u8]) -> Option<Params> {
    let text = String::from_utf8_lossy(bytes);
    strict_json::object(&surrogates::replace_lone(&text)).map(Params::new)
}

/// Reads a body, as far as that costs little, and makes nothing of it.
pub(crate) async fn drain(body: Body) {
    let mut stream = body.into_data_stream();
    let mut seen = 0_usize;
    while let Some(Ok(chunk)) = stream.next().await {
        seen = seen.saturating_add(chunk.len());
        if seen > LIMIT {
            break;
        }
    }
}

async fn read(body: Body) -> Result<Vec<u8>, Response> {
    let mut stream = body.into_data_stream();
    let (mut kept, mut seen) = (Vec::new(), 0_usize);
    while let Some(chunk) = stream.next().await {
        let chunk =
            chunk.map_err(|_| response::error(StatusCode::BAD_REQUEST, "The body broke off"))?;
        seen = seen.saturating_add(chunk.len());
        if seen <= LIMIT {
            kept.extend_from_slice(&chunk);
        }
        if seen > DRAIN_LIMIT {
            break;
        }
    }
    if seen > LIMIT {
        return Err(response::error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is larger than 64 KiB",
        ));
    }
    Ok(kept)
}
