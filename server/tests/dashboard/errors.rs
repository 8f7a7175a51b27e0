//! Error pages, which say what went wrong, show the request ID and offer a way out.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use keywright_domain::role::Role;
use keywright_testing::Engine;
use scraper::Selector;

use crate::support::{
    PRO_KEY, TestResponse, TestServer,
    html::{parse, select_texts},
    license_id,
};

/// Checks an error page, and returns its status, its title and the target of its only link.
fn error_page(answer: &TestResponse) -> (u16, String, String) {
    assert!(
        answer.header("content-type").starts_with("text/html"),
        "{}",
        answer.text()
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(
        answer
            .header("content-security-policy")
            .contains("style-src 'self'"),
        "the page may load styles"
    );
    let html = parse(answer);
    let id = select_texts(&html, "main .metadata code");
    assert!(id.len() == 1 && id[0].len() == 32, "request ID: {id:?}");
    assert_eq!(select_texts(&html, "main h1").len(), 1);
    assert!(
        select_texts(&html, "main p")
            .iter()
            .any(|sentence| sentence.ends_with('.'))
    );
    let way_out = Selector::parse("main .button-row a").unwrap();
    let links: Vec<_> = html.select(&way_out).collect();
    assert_eq!(links.len(), 1);
    let title = select_texts(&html, "title")[0].clone();
    (
        answer.status.as_u16(),
        title,
        links[0].attr("href").unwrap().to_owned(),
    )
}

#[tokio::test]
async fn error_pages_have_the_request_id_and_a_way_out() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let viewer = server.sign_in(Role::Viewer).await;
    let support = server.sign_in(Role::Support).await;
    let indie = server.sign_in_as("owner@indie.test").await;
    let license = format!("/licenses/{}", license_id(PRO_KEY));
    for (browser, path, status, title, way_out) in [
        (&viewer, "/nothing", 404, "Not found", "/licenses"),
        (&viewer, "/licenses/nothing", 404, "License", "/licenses"),
        (&indie, &*license, 404, "License", "/licenses"),
        (
            &viewer,
            &format!("{license}/revoke"),
            403,
            "Revoke ACME-XXXX-···-0001",
            &*license,
        ),
        (&viewer, "/licenses.csv", 403, "Not allowed", "/licenses"),
        (
            &indie,
            "/licenses.csv",
            402,
            "Not in your plan",
            "/licenses",
        ),
        (
            &support,
            "/licenses.csv?status=%FF&status=x",
            422,
            "Bad request",
            "/licenses",
        ),
    ] {
        let answer = browser.get(path).await;
        let title = format!("{title} · Keywright");
        assert_eq!(
            error_page(&answer),
            (status, title, way_out.to_owned()),
            "{path}"
        );
        let signed_in = select_texts(&parse(&answer), ".app-nav a");
        assert_eq!(
            signed_in[..3],
            ["Licenses", "Products", "Audit log"],
            "{path}"
        );
    }
    let plan = indie.get("/licenses.csv").await;
    assert!(plan.text().contains("Enterprise"), "{}", plan.text());
    let stranger = server.get("/login").await;
    assert_eq!(stranger.status, StatusCode::OK);
}

#[tokio::test]
async fn cross_site_error_page_mentions_the_host_header() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let request = Request::post("/session")
        .header(header::HOST, "localhost:3000")
        .header(header::ORIGIN, "https://licenses.example");
    let answer = server.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        error_page(&answer),
        (
            403,
            "Not allowed · Keywright".to_owned(),
            "/login".to_owned()
        )
    );
    assert!(answer.text().contains("Host header"));
}

#[tokio::test]
async fn database_outage_renders_an_error_page() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let viewer = server.sign_in(Role::Viewer).await;
    server.context.services.close().await;
    for path in ["/licenses", "/audit", "/licenses.csv", "/nothing"] {
        let answer = viewer.get(path).await;
        let expected = (
            503,
            "Temporarily unavailable · Keywright".to_owned(),
            String::new(),
        );
        assert_eq!(
            error_page(&answer),
            expected,
            "{path}: the link reloads the page"
        );
    }
    let call = Request::post("/fn/licenses/list").header(header::COOKIE, &viewer.cookie);
    let answer = server.send(call.body(Body::from("{}")).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["code"].as_str()),
        (503, Some("unavailable"))
    );
}

/// The app's router ignores trailing slashes, so such a URL would bypass the checks on the page's
/// own route.
#[tokio::test]
async fn trailing_slash_redirects_to_the_page_or_is_not_found() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let admin = server.sign_in(Role::Admin).await;
    for (path, location) in [
        ("/licenses/", "/licenses"),
        ("/licenses/?status=active", "/licenses?status=active"),
        ("/products/new/", "/products/new"),
        ("/setup/", "/setup"),
        ("/login//", "/login"),
    ] {
        let answer = admin.get(path).await;
        let led = answer.status_and_location();
        assert_eq!(led, (StatusCode::SEE_OTHER, location), "{path}");
    }
    for path in ["/products/new/", "/setup/", "/licenses/"] {
        let posted = admin.submit_empty_form(path).await;
        assert_eq!(posted.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["//evil.example/", "//evil.example//"] {
        let location = admin.get(path).await.header("location").to_owned();
        assert!(!location.starts_with("//"), "{path} {location}");
    }
}

#[tokio::test]
async fn failed_session_route_redirects_to_the_licenses() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let answer = server.get("/session/failed").await;
    assert_eq!(
        answer.status_and_location(),
        (StatusCode::SEE_OTHER, "/licenses")
    );
}

#[tokio::test]
async fn unknown_path_renders_a_not_found_page() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
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
