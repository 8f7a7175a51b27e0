//! Security headers for every dashboard response whose handler does not set them.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};
use tower_http::set_header::response::SetMultipleResponseHeadersLayer;

use crate::state::PublicUrl;

/// Policy for responses that are not pages: forbids all loading and framing. Pages set their own
/// policy with a nonce.
const NON_PAGE_POLICY: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Two years. Excludes subdomains, which may belong to someone else.
const HSTS: &str = "max-age=63072000";

const PERMISSIONS_POLICY: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

const HEADERS: [(HeaderName, &str); 8] = [
    (header::CONTENT_SECURITY_POLICY, NON_PAGE_POLICY),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Page URLs contain license IDs, which must not leak to other sites.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        PERMISSIONS_POLICY,
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

pub(crate) fn security_headers(public_url: PublicUrl) -> SetMultipleResponseHeadersLayer<Response> {
    let transport = public_url
        .is_https
        .then_some((header::STRICT_TRANSPORT_SECURITY, HSTS));
    let headers = HEADERS.into_iter().chain(transport);
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)).into());
    SetMultipleResponseHeadersLayer::if_not_present(headers.collect())
}
