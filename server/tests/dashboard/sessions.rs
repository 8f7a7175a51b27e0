//! Signing in, signing out, and browser cookies.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use insta::assert_snapshot;
use keywright_domain::role::Role;
use keywright_testing::{Engine, engine_test};

use crate::support::{
    TestResponse, TestServer, encode_form,
    html::{field_value, parse, select_texts},
    with_peer_address,
};

/// Addresses of a client that guesses passwords and of an unrelated client.
const ATTACKER_ADDRESS: &str = "192.0.2.1";
const OTHER_ADDRESS: &str = "192.0.2.2";

#[tokio::test]
async fn signing_in_opens_the_licenses_and_signing_out_ends_the_session() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Owner).await;
    assert_eq!(browser.get("/licenses").await.status, StatusCode::OK);
    let out = server
        .post_form("/session/end", "", Some(&browser.cookie))
        .await;
    assert_eq!(out.status_and_location(), (StatusCode::SEE_OTHER, "/login"));
    assert!(
        out.header("set-cookie").contains("Max-Age=0"),
        "{}",
        out.header("set-cookie")
    );
    let after = browser.get("/licenses").await;
    assert_eq!(
        after.status_and_location(),
        (StatusCode::SEE_OTHER, "/login")
    );
}

/// Returns the session cookie with its token masked.
fn mask_token(answer: &TestResponse) -> String {
    let (_, token) = answer.cookie().split_once('=').unwrap();
    assert!(token.len() > 40, "{token}");
    answer.header("set-cookie").replace(token, "[token]")
}

#[tokio::test]
async fn session_cookie_is_http_only_and_host_bound_over_https() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let form = "email=owner%40acme.test&password=keywright-demo";
    let answer = server.post_form("/session", form, None).await;
    assert_snapshot!(mask_token(&answer), @"keywright_session=[token]; HttpOnly; SameSite=Lax; Path=/");
    let server = TestServer::with_public_url(Engine::Sqlite, "https://licenses.example").await;
    let answer = server.post_form("/session", form, None).await;
    assert_snapshot!(mask_token(&answer), @"__Host-keywright_session=[token]; HttpOnly; SameSite=Lax; Secure; Path=/");
    assert!(
        answer
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
}

#[tokio::test]
async fn wrong_password_does_not_reveal_whether_the_account_exists() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let mut pages = Vec::new();
    for form in [
        "email=owner%40acme.test&password=wrong",
        "email=nobody%40acme.test&password=keywright-demo",
    ] {
        let answer = server.post_form("/session", form, None).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.header("set-cookie"), "");
        let page = answer.text();
        assert!(
            page.contains("<form") && page.contains("role=\"alert\""),
            "{page}"
        );
        assert!(
            !page.contains("keywright-demo"),
            "the password is not echoed"
        );
        pages.push(normalize_page(&page).replace("nobody@", "owner@"));
    }
    assert_eq!(pages[0], pages[1]);
    for empty in ["", "email=", "password=x", "email=%00&password=%F0"] {
        assert_eq!(
            server.post_form("/session", empty, None).await.status,
            StatusCode::UNAUTHORIZED,
            "{empty}"
        );
    }
}

/// Removes what differs between responses: the nonce and the request ID.
fn normalize_page(page: &str) -> String {
    let without = |page: &str, before: &str| -> String {
        let parts = page.split(before);
        parts
            .map(|part| part.split_once('"').map_or(part, |(_, rest)| rest))
            .collect()
    };
    without(&without(page, "nonce=\""), "request_id\\\":\\\"")
}

#[tokio::test]
async fn visitors_are_redirected_to_sign_in_and_operators_away_from_it() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    for (path, location) in [
        ("/", "/login"),
        ("/licenses", "/login"),
        (
            "/licenses?status=revoked",
            "/login?next=%2Flicenses%3Fstatus%3Drevoked",
        ),
    ] {
        let answer = server.get(path).await;
        assert_eq!(
            answer.status_and_location(),
            (StatusCode::SEE_OTHER, location),
            "{path}"
        );
    }
    assert_eq!(server.get("/login").await.status, StatusCode::OK);
    let browser = server.sign_in(Role::Viewer).await;
    let answer = browser.get("/login").await;
    assert_eq!(
        answer.status_and_location(),
        (StatusCode::SEE_OTHER, "/licenses")
    );
}

#[tokio::test]
async fn theme_is_stored_in_a_cookie_and_rendered() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let chosen = server.post_form("/session/theme", "theme=dark", None).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER);
    let cookie = chosen.cookie().to_owned();
    assert_eq!(cookie, "keywright_theme=dark");
    let request = Request::get("/login").header(header::COOKIE, cookie);
    let page = server
        .send(request.body(Body::empty()).unwrap())
        .await
        .text();
    assert!(page.contains("data-theme=\"dark\""));
    assert!(!server.get("/login").await.text().contains("data-theme"));
    let nonsense = server
        .post_form("/session/theme", "theme=%22onload", None)
        .await;
    assert!(
        nonsense
            .header("set-cookie")
            .starts_with("keywright_theme=system")
    );
}

#[tokio::test]
async fn session_route_redirects_to_the_sign_in_form() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let answer = server.get("/session").await;
    assert_eq!(
        answer.status_and_location(),
        (StatusCode::SEE_OTHER, "/login")
    );
}

#[tokio::test]
async fn signing_in_again_ends_the_previous_session() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let before = server.sign_in(Role::Owner).await;
    let form = "email=viewer%40acme.test&password=keywright-demo";
    assert_eq!(
        server
            .post_form("/session", form, Some(&before.cookie))
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(before.get("/licenses").await.header("location"), "/login");
}

#[tokio::test]
async fn signing_out_clears_the_cookie_even_without_the_database() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Owner).await;
    server.context.services.close().await;
    let answer = server
        .post_form("/session/end", "", Some(&browser.cookie))
        .await;
    assert_eq!(
        answer.status_and_location(),
        (StatusCode::SEE_OTHER, "/login")
    );
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
}

#[tokio::test]
async fn email_with_a_nul_byte_is_unknown_on_postgres() {
    let server = TestServer::with_demo_data(Engine::Postgres).await;
    let answer = server
        .post_form("/session", "email=a%00b&password=x", None)
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

/// Signs in from `address`.
async fn sign_in(server: &TestServer, address: &str, fields: &[(&str, &str)]) -> TestResponse {
    let request = Request::post("/session")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::HOST, "localhost:3000")
        .header(header::ORIGIN, "http://localhost:3000");
    let request = request.body(Body::from(encode_form(fields))).unwrap();
    server.send(with_peer_address(address, request)).await
}

#[engine_test]
async fn password_guessing_is_rate_limited(server: TestServer) {
    let wrong = [
        ("email", "owner@acme.test"),
        ("password", "a guess of mine"),
    ];
    for _ in 0..10 {
        let answer = sign_in(&server, ATTACKER_ADDRESS, &wrong).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let right = [
        ("email", "owner@acme.test"),
        ("password", "keywright-demo"),
        ("next", "/licenses?status=revoked"),
    ];
    let rate_limited = sign_in(&server, ATTACKER_ADDRESS, &right).await;
    assert_eq!(rate_limited.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        (
            rate_limited.header("retry-after"),
            rate_limited.header("set-cookie")
        ),
        ("900", "")
    );
    let html = parse(&rate_limited);
    let sentence = "Too many failed attempts. Try again in 15 minutes.";
    assert_eq!(select_texts(&html, "main [role=alert] p"), [sentence]);
    assert_eq!(field_value(&html, "email"), "owner@acme.test");
    assert_eq!(field_value(&html, "next"), "/licenses?status=revoked");
    let elsewhere = sign_in(&server, OTHER_ADDRESS, &right).await;
    assert_eq!(
        elsewhere.status_and_location(),
        (StatusCode::SEE_OTHER, "/licenses?status=revoked")
    );
}

#[tokio::test]
async fn signing_in_returns_to_the_requested_page_and_never_to_another_site() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let redirect = server.get("/audit?action=revoke").await;
    assert_eq!(
        redirect.header("location"),
        "/login?next=%2Faudit%3Faction%3Drevoke"
    );
    let form = parse(&server.get(redirect.header("location")).await);
    let next = field_value(&form, "next");
    assert_eq!(next, "/audit?action=revoke");
    let fields = |next| {
        [
            ("email", "owner@acme.test"),
            ("password", "keywright-demo"),
            ("next", next),
        ]
    };
    let done = sign_in(&server, ATTACKER_ADDRESS, &fields(&next)).await;
    assert_eq!(done.header("location"), "/audit?action=revoke");
    for other in [
        "//evil.test",
        "/\\evil.test",
        "https://evil.test/licenses",
        "/session/end",
        "",
    ] {
        let done = sign_in(&server, ATTACKER_ADDRESS, &fields(other)).await;
        assert_eq!(
            done.status_and_location(),
            (StatusCode::SEE_OTHER, "/licenses"),
            "{other}"
        );
        let encoded = other.bytes().map(|byte| format!("%{byte:02X}"));
        let page = server
            .get(&format!("/login?next={}", encoded.collect::<String>()))
            .await;
        assert!(!page.text().contains("name=\"next\""), "{other}");
    }
    // A wrong password does not lose the requested page.
    let mut wrong = fields("/audit");
    wrong[1] = ("password", "a guess of mine");
    let refused = sign_in(&server, ATTACKER_ADDRESS, &wrong).await;
    assert_eq!(field_value(&parse(&refused), "next"), "/audit");
}
