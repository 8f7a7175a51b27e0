//! The browser's side: signing in and out, headers, what another site can't do.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use keywright_api_types::license_list::LicenseQuery;
use keywright_domain::role::Role;
use keywright_store::Engine;

use crate::world::Server;

#[tokio::test]
async fn signing_in_leads_to_the_licenses_and_out_ends_the_session() {
    let server = Server::start(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Owner).await;
    assert_eq!(browser.get("/licenses").await.status, StatusCode::OK);
    let out = server
        .post_form("/session/end", "", Some(&browser.cookie))
        .await;
    assert_eq!(
        (out.status, out.header("location")),
        (StatusCode::SEE_OTHER, "/login")
    );
    assert!(
        out.header("set-cookie").contains("Max-Age=0"),
        "{}",
        out.header("set-cookie")
    );
    let after = browser.get("/licenses").await;
    assert_eq!(
        (after.status, after.header("location")),
        (StatusCode::SEE_OTHER, "/login")
    );
}

#[tokio::test]
async fn the_session_cookie_is_kept_from_scripts_and_over_https_from_other_hosts() {
    let server = Server::start(Engine::Sqlite).await;
    let form = "email=owner%40acme.test&password=keywright-demo";
    let cookie = server
        .post_form("/session", form, None)
        .await
        .header("set-cookie")
        .to_owned();
    assert!(cookie.starts_with("keywright_session="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let server = Server::reached_by(Engine::Sqlite, "https://licenses.example").await;
    let answer = server.post_form("/session", form, None).await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-keywright_session=") && cookie.contains("Secure"),
        "{cookie}"
    );
    assert!(
        answer
            .header("strict-transport-security")
            .starts_with("max-age=")
    );
}

#[tokio::test]
async fn a_wrong_password_shows_the_form_again_and_does_not_say_what_was_wrong() {
    let server = Server::start(Engine::Sqlite).await;
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
            "the password does not come back"
        );
        pages.push(normalised(&page).replace("nobody@", "owner@"));
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

/// Without what differs from answer to answer: the nonce and the request's id.
fn normalised(page: &str) -> String {
    let without = |page: &str, before: &str| -> String {
        let parts = page.split(before);
        parts
            .map(|part| part.split_once('"').map_or(part, |(_, rest)| rest))
            .collect()
    };
    without(&without(page, "nonce=\""), "request_id\\\":\\\"")
}

#[tokio::test]
async fn strangers_are_led_to_the_sign_in_page_and_operators_away_from_it() {
    let server = Server::start(Engine::Sqlite).await;
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
            (answer.status, answer.header("location")),
            (StatusCode::SEE_OTHER, location),
            "{path}"
        );
    }
    assert_eq!(server.get("/login").await.status, StatusCode::OK);
    let browser = server.sign_in(Role::Viewer).await;
    let answer = browser.get("/login").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/licenses")
    );
}

#[tokio::test]
async fn a_server_function_needs_a_session_and_says_so_as_pages_understand_it() {
    let server = Server::start(Engine::Sqlite).await;
    let call = |cookie: Option<&str>, build: &'static str| {
        let mut request = Request::post("/fn/licenses/list")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header("keywright-build", build);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let body = serde_json::json!({ "query": LicenseQuery::default() });
        server.send(request.body(Body::from(body.to_string())).unwrap())
    };
    let refused = call(None, "1f").await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (StatusCode::UNAUTHORIZED, &"unauthenticated".into())
    );
    let browser = server.sign_in(Role::Viewer).await;
    let listed = call(Some(&browser.cookie), "1f").await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.text());
    assert_eq!(listed.json()["page"]["items"].as_array().unwrap().len(), 25);
    let outdated = call(Some(&browser.cookie), "0e").await;
    assert_eq!(
        (outdated.status, &outdated.json()["code"]),
        (StatusCode::CONFLICT, &"outdated".into())
    );
}

#[tokio::test]
async fn another_site_can_not_post_here() {
    let server = Server::start(Engine::Sqlite).await;
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
async fn every_answer_to_a_browser_carries_the_security_headers() {
    let server = Server::start(Engine::Sqlite).await;
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
async fn pages_run_only_the_scripts_that_carry_their_nonce() {
    let server = Server::start(Engine::Sqlite).await;
    let (one, other) = (server.get("/login").await, server.get("/login").await);
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

#[tokio::test]
async fn the_theme_is_kept_in_a_cookie_and_rendered() {
    let server = Server::start(Engine::Sqlite).await;
    let chosen = server.post_form("/session/theme", "theme=dark", None).await;
    assert_eq!(chosen.status, StatusCode::SEE_OTHER);
    let cookie = chosen
        .header("set-cookie")
        .split(';')
        .next()
        .unwrap()
        .to_owned();
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
async fn health_is_about_the_process_and_ready_about_the_database() {
    let server = Server::start(Engine::Sqlite).await;
    assert_eq!(server.get("/health").await.status, StatusCode::OK);
    assert_eq!(server.get("/ready").await.status, StatusCode::OK);
    server.world.services.close().await;
    assert_eq!(server.get("/health").await.status, StatusCode::OK);
    assert_eq!(
        server.get("/ready").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        server.get("/licenses").await.status,
        StatusCode::SEE_OTHER,
        "no cookie, no look-up"
    );
}

#[tokio::test]
async fn without_the_database_devices_keep_their_leases() {
    let server = Server::start(Engine::Sqlite).await;
    server.world.services.close().await;
    let body = serde_json::json!({ "license_key": "ACME-PRO0-0000-0001", "instance_id": "x" });
    let device = server.device("/acme/notes/validate", &body).await;
    assert_eq!(device.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        device.json(),
        serde_json::json!({ "error": "Service temporarily unavailable" })
    );
}

#[tokio::test]
async fn the_dashboard_answers_with_a_page_what_is_nobodys() {
    let server = Server::start(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Owner).await;
    for path in ["/nothing", "/licenses/nothing/at/all", "/pkg"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(
            answer.header("content-type").starts_with("text/html"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_call_that_makes_no_sense_is_told_so_in_words_that_pages_understand() {
    let server = Server::start(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Viewer).await;
    for (path, body, status, code) in [
        ("/fn/licenses/list", "x", 422, "invalid"),
        ("/fn/licenses/list", "{}", 422, "invalid"),
        ("/fn/nothing", "{}", 404, "not_found"),
    ] {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, &browser.cookie);
        let answer = server.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (status, &code.into()),
            "{path} {body}"
        );
    }
}

#[tokio::test]
async fn the_address_of_a_refused_sign_in_leads_to_the_form() {
    let server = Server::start(Engine::Sqlite).await;
    let answer = server.get("/session").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/login")
    );
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_had() {
    let server = Server::start(Engine::Sqlite).await;
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
async fn signing_out_takes_the_cookie_away_even_without_the_database() {
    let server = Server::start(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Owner).await;
    server.world.services.close().await;
    let answer = server
        .post_form("/session/end", "", Some(&browser.cookie))
        .await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/login")
    );
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
}

#[tokio::test]
async fn an_e_mail_that_no_database_can_hold_is_nobodys_on_postgres_too() {
    let server = Server::start(Engine::Postgres).await;
    let answer = server
        .post_form("/session", "email=a%00b&password=x", None)
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn no_other_origin_is_let_in_to_the_dashboard() {
    let server = Server::start(Engine::Sqlite).await;
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
