//! Headers of every response to a browser.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use super::table::acme_params;
use crate::support::TestServer;
use keywright_testing::Engine;

/// Covers rejected requests, unknown paths and unsupported methods, too.
#[tokio::test]
async fn every_response_of_every_route_has_security_headers() {
    for public_url in ["http://localhost:3000", "https://licenses.test"] {
        let server = TestServer::with_public_url(Engine::Sqlite, public_url).await;
        let ids = acme_params(&server).await;
        let is_https = public_url.starts_with("https");
        let mut paths = keywright::web::paths();
        paths.extend(["/nothing", "/licenses/", "/pkg/none", "/fn/none"].map(str::to_owned));
        for path in paths {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "BREW"] {
                let request = Request::builder()
                    .method(method)
                    .uri(ids.fill_path(&path))
                    .header(header::HOST, "localhost:3000");
                let answer = server.send(request.body(Body::empty()).unwrap()).await;
                let asked = format!("{method} {path}");
                assert!(
                    !answer.status.is_server_error(),
                    "{asked}: {}",
                    answer.status
                );
                for (name, value) in [
                    ("x-content-type-options", "nosniff"),
                    ("x-frame-options", "DENY"),
                    ("referrer-policy", "same-origin"),
                    (
                        "permissions-policy",
                        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
                    ),
                    ("cross-origin-opener-policy", "same-origin"),
                    ("cross-origin-resource-policy", "same-origin"),
                    ("access-control-allow-origin", ""),
                    (
                        "strict-transport-security",
                        if is_https { "max-age=63072000" } else { "" },
                    ),
                ] {
                    assert_eq!(answer.header(name), value, "{asked}: {name}");
                }
                let policy = answer.header("content-security-policy");
                for part in ["frame-ancestors 'none'", "base-uri 'none'", "form-action"] {
                    assert!(policy.contains(part), "{asked}: {policy}");
                }
                assert!(!policy.contains("'unsafe-"), "{asked}: {policy}");
                let has_nonce = policy.contains("script-src 'self' 'nonce-");
                assert!(
                    has_nonce || policy.contains("default-src 'none'"),
                    "{asked}: {policy}"
                );
                let is_page = answer.header("content-type").starts_with("text/html");
                assert!(has_nonce || !is_page, "{asked}: {policy}");
                assert_eq!(answer.header("x-request-id").len(), 32, "{asked}");
                let is_kept = answer.header("cache-control") != "no-store";
                assert_eq!(
                    is_kept,
                    path == "/pkg/{file}" && answer.status == StatusCode::OK,
                    "{asked}"
                );
            }
        }
    }
}
