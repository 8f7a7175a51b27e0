//! From the bytes of a request to its fields.

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::StatusCode,
    response::Response,
};
use futures::StreamExt;
use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{answer, fields::Fields, surrogates};

/// Most bytes of a request: 64 KiB.
const LIMIT: usize = 64 * 1024;

/// Up to here, 2 MiB, a body that is too long is read and dropped, so that the client sees the answer.
const DRAIN_LIMIT: usize = 2 * 1024 * 1024;

impl<S: Sync> FromRequest<S> for Fields {
    type Rejection = Response;

    /// Reads a JSON object, whatever the `Content-Type` says. What is no UTF-8, and surrogates without their other half,
    /// becomes U+FFFD.
    async fn from_request(request: Request, _state: &S) -> Result<Self, Response> {
        let bytes = read(request.into_body()).await?;
        let text = String::from_utf8_lossy(&bytes);
        let object: Object = serde_json::from_str(&surrogates::replace_lone(&text))
            .map_err(|_| answer::error(StatusCode::BAD_REQUEST, "The body is not a JSON object"))?;
        Ok(Self::new(object.0))
    }
}

async fn read(body: Body) -> Result<Vec<u8>, Response> {
    let mut stream = body.into_data_stream();
    let (mut kept, mut seen) = (Vec::new(), 0_usize);
    while let Some(chunk) = stream.next().await {
        let chunk =
            chunk.map_err(|_| answer::error(StatusCode::BAD_REQUEST, "The body broke off"))?;
        seen = seen.saturating_add(chunk.len());
        if seen <= LIMIT {
            kept.extend_from_slice(&chunk);
        }
        if seen > DRAIN_LIMIT {
            break;
        }
    }
    if seen > LIMIT {
        return Err(answer::error(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is larger than 64 KiB",
        ));
    }
    Ok(kept)
}

/// A JSON object that names no field twice.
struct Object(Map<String, Value>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor).map(Self)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Map<String, Value>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, value)) = access.next_entry::<String, Value>()? {
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("a field is named twice"));
            }
        }
        Ok(map)
    }
}
