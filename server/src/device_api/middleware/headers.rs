//! Response headers and deadline of the device API: CORS for any origin without credentials, no
//! caching unless the endpoint allows it, the echoed request ID, and a time limit.

use std::time::Duration;

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{device_api::response, request_id::RequestId};

/// Maximum time to respond. Clients time out after 15 s, which leaves 5 s for the network.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Header with the client's own request ID.
pub const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-keylight-request-id");

const ALLOWED_HEADERS: &str = "content-type, x-keylight-sdk-key, x-keylight-request-id";
const EXPOSED_HEADERS: &str = "retry-after, x-keylight-request-id";

pub(crate) async fn apply(mut request: Request, next: Next) -> Response {
    let id = RequestId::from_extensions(request.extensions())
        .with_client_id(client_request_id(request.headers()));
    request.extensions_mut().insert(id.clone());
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        tokio::time::timeout(RESPONSE_TIMEOUT, next.run(request))
            .await
            .unwrap_or_else(|_| {
                response::count_refusal("any", "internal");
                response::error(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "Service temporarily unavailable",
                )
            })
    };
    set_headers(response.headers_mut(), id.response_id());
    // Read by the request log, which wraps this layer.
    response.extensions_mut().insert(id);
    response
}

/// Returns the client's request ID if it is well formed: 1 to 64 of `0-9 A-Z a-z -`.
pub fn client_request_id(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(CLIENT_REQUEST_ID)?.to_str().ok()?;
    let fits = (1..=64).contains(&value.len())
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    fits.then(|| value.to_owned())
}

fn set_headers(headers: &mut HeaderMap, request_id: &str) {
    let (no_store, value) = response::NO_STORE;
    headers
        .entry(no_store)
        .or_insert(HeaderValue::from_static(value));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    );
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static(ALLOWED_HEADERS),
    );
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static(EXPOSED_HEADERS),
    );
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    if let Ok(request_id) = HeaderValue::from_str(request_id) {
        headers.insert(CLIENT_REQUEST_ID, request_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_client_request_ids_are_ignored() {
        let of = |value: &str| {
            let value = HeaderValue::from_str(value).unwrap();
            client_request_id(&HeaderMap::from_iter([(CLIENT_REQUEST_ID, value)]))
        };
        assert_eq!(of("0a1b-XY").as_deref(), Some("0a1b-XY"));
        for bad in ["", "a b", "a_b", &"a".repeat(65)] {
            assert_eq!(of(bad), None, "{bad}");
        }
        assert_eq!(client_request_id(&HeaderMap::new()), None);
    }
}
