//! What every answer to a browser carries.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::state::AppState;

/// For what is no page: nothing may be loaded from it or show it in a frame. Pages bring a policy with their nonce.
const NO_PAGE_POLICY: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Two years. Not for subdomains: those may be somebody else's.
const STRICT_TRANSPORT: &str = "max-age=63072000";

const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

pub(crate) async fn add(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    or_default(headers, header::CONTENT_SECURITY_POLICY, NO_PAGE_POLICY);
    or_default(headers, header::CACHE_CONTROL, "no-store");
    or_default(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    or_default(headers, header::X_FRAME_OPTIONS, "DENY");
    // Pages' addresses name licenses: they stay within the dashboard.
    or_default(headers, header::REFERRER_POLICY, "same-origin");
    or_default(
        headers,
        HeaderName::from_static("permissions-policy"),
        PERMISSIONS,
    );
    or_default(
        headers,
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    or_default(
        headers,
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    );
    if state.public_url.is_https {
        or_default(headers, header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT);
    }
    response
}

fn or_default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers
        .entry(name)
        .or_insert(HeaderValue::from_static(value));
}
