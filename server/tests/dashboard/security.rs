//! Protection against cross-site requests and injected scripts.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use keywright_domain::role::Role;
use keywright_testing::Engine;

use crate::support::TestServer;

#[tokio::test]
async fn cross_site_posts_are_rejected() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Owner).await;
    for path in [
        "/session",
        "/session/end",
        "/session/theme",
        "/fn/licenses/list",
    ] {
        for (name, value) in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://evil.example"),
        ] {
            let request = Request::post(path)
                .header(header::HOST, "localhost:3000")
                .header(header::COOKIE, &browser.cookie)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(name, value);
            let answer = server.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {name}");
        }
    }
    assert_eq!(
        browser.get("/licenses").await.status,
        StatusCode::OK,
        "still signed in"
    );
}

#[tokio::test]
async fn browser_responses_have_security_headers() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Owner).await;
    for path in [
        "/",
        "/login",
        "/licenses",
        "/nothing",
        "/health",
        "/ready",
        "/pkg/main-0a.css",
        "/pkg/nothing",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        let kept = if path == "/pkg/main-0a.css" {
            "public, max-age=31536000, immutable"
        } else {
            "no-store"
        };
        assert_eq!(answer.header("cache-control"), kept, "{path}");
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "",
            "never on the dashboard"
        );
    }
}

#[tokio::test]
async fn pages_only_run_scripts_with_their_nonce() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Viewer).await;
    let hydrated = (
        browser.get("/licenses").await,
        browser.get("/licenses").await,
    );
    let server_only = (server.get("/login").await, server.get("/login").await);
    for (one, other) in [hydrated, server_only] {
        let policy = one.header("content-security-policy");
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap();
        assert!(nonce.len() >= 16);
        assert!(
            !policy.contains("'unsafe-inline'") && !policy.contains("'unsafe-eval'"),
            "{policy}"
        );
        let page = one.text();
        for script in page.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{tag}");
        }
        assert!(!page.contains("style=\""), "no style attributes");
        assert_ne!(
            other.header("content-security-policy"),
            policy,
            "a new nonce each time"
        );
    }
}

#[tokio::test]
async fn dashboard_sends_no_cors_headers() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    for path in [
        "/",
        "/login",
        "/licenses",
        "/session",
        "/health",
        "/ready",
        "/pkg/main-0a.css",
        "/acme",
        "/nothing",
    ] {
        for method in [Method::GET, Method::OPTIONS, Method::POST] {
            let request = Request::builder()
                .method(method.clone())
                .uri(path)
                .header(header::ORIGIN, "https://other.example");
            let answer = server.send(request.body(Body::empty()).unwrap()).await;
            let names = answer.headers.keys().map(axum::http::HeaderName::as_str);
            let let_in: Vec<&str> = names
                .filter(|name| name.starts_with("access-control-"))
                .collect();
            assert!(let_in.is_empty(), "{method} {path}: {let_in:?}");
        }
    }
}
