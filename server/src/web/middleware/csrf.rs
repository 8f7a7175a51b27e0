//! Protection against cross-site request forgery.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::Response,
};
use keywright_app::api::error::ErrorCode;

use super::errors::FailedRequest;
use crate::state::AppState;

/// Rejects state-changing requests from other origins.
pub(crate) async fn reject_cross_site(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !changes || is_same_origin(request.headers()) {
        return next.run(request).await;
    }
    let failed = FailedRequest::capture(&request);
    failed.log("rejected a cross-site request");
    let message = "This request was blocked because it seems to come from another site. If Keywright \
                   runs behind a proxy, make sure that the proxy forwards the Host header unchanged.";
    failed.respond(state, ErrorCode::Forbidden, message).await
}

/// Returns whether a request comes from our own pages. Browsers send `Sec-Fetch-Site` to HTTPS
/// and localhost, and `Origin` with every POST. A request with neither header is accepted, because
/// a browser would have sent one of them.
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| {
        headers
            .get(name)
            .map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or("?"))
    };
    if let Some(site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text(header::ORIGIN) else {
        return true;
    };
    let host = origin.split_once("://").map(|(_, host)| host);
    host.is_some() && host == text(header::HOST)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn requests_from_other_origins_are_rejected() {
        let site = "sec-fetch-site";
        for (headers, same) in [
            (&[] as &[(&'static str, &'static str)], true),
            (&[(site, "same-origin")], true),
            (&[(site, "none")], true),
            (&[(site, "same-site")], false),
            (&[(site, "cross-site")], false),
            (
                &[
                    (site, "cross-site"),
                    ("origin", "http://localhost:3000"),
                    ("host", "localhost:3000"),
                ],
                false,
            ),
            (
                &[
                    ("origin", "http://localhost:3000"),
                    ("host", "localhost:3000"),
                ],
                true,
            ),
            (
                &[
                    ("origin", "https://licenses.example"),
                    ("host", "licenses.example"),
                ],
                true,
            ),
            (
                &[("origin", "http://192.0.2.1"), ("host", "192.0.2.1")],
                true,
            ),
            (
                &[
                    ("origin", "http://evil.example"),
                    ("host", "localhost:3000"),
                ],
                false,
            ),
            (
                &[
                    ("origin", "http://localhost:4000"),
                    ("host", "localhost:3000"),
                ],
                false,
            ),
            (
                &[
                    ("origin", "http://localhost:3000.evil.example"),
                    ("host", "localhost:3000"),
                ],
                false,
            ),
            (&[("origin", "null"), ("host", "localhost:3000")], false),
            (&[("origin", "http://localhost:3000")], false),
        ] {
            let map = headers.iter().map(|&(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            });
            assert_eq!(is_same_origin(&map.collect()), same, "{headers:?}");
        }
    }
}
