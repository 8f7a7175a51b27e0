//! What cannot be shown is told with a page: what went wrong, under which id the log has it, and where to go from here.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use keywright_domain::role::Role;
use keywright_testing::Engine;
use scraper::Selector;

use crate::support::{
    Answer, PRO_KEY, Server,
    html::{parse, texts},
    license_id,
};

/// Its status, its title, and where its one way out leads.
fn told(answer: &Answer) -> (u16, String, String) {
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
        "it is a page, with styles"
    );
    let html = parse(answer);
    let id = texts(&html, "main .meta code");
    assert!(
        id.len() == 1 && id[0].len() == 32,
        "the request's id: {id:?}"
    );
    assert_eq!(texts(&html, "main h1").len(), 1);
    assert!(
        texts(&html, "main p")
            .iter()
            .any(|sentence| sentence.ends_with('.'))
    );
    let way_out = Selector::parse("main .button-row a").unwrap();
    let ways: Vec<_> = html.select(&way_out).collect();
    assert_eq!(ways.len(), 1);
    let title = texts(&html, "title")[0].clone();
    (
        answer.status.as_u16(),
        title,
        ways[0].attr("href").unwrap().to_owned(),
    )
}

#[tokio::test]
async fn each_failure_is_a_page_with_the_requests_id_and_a_way_out() {
    let server = Server::start(Engine::Sqlite).await;
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
            "Not in this plan",
            "/licenses",
        ),
        (
            &support,
            "/licenses.csv?status=%FF&status=x",
            422,
            "Not understood",
            "/licenses",
        ),
    ] {
        let answer = browser.get(path).await;
        let title = format!("{title} · Keywright");
        assert_eq!(told(&answer), (status, title, way_out.to_owned()), "{path}");
        let signed_in = texts(&parse(&answer), ".app-nav a");
        assert_eq!(
            signed_in[..3],
            ["Licenses", "Products", "Audit log"],
            "{path}"
        );
    }
    let plan = indie.get("/licenses.csv").await;
    assert!(plan.text().contains("enterprise"), "{}", plan.text());
    let stranger = server.get("/login").await;
    assert_eq!(stranger.status, StatusCode::OK);
}

#[tokio::test]
async fn another_sites_form_is_told_what_to_do_if_it_was_none() {
    let server = Server::start(Engine::Sqlite).await;
    let request = Request::post("/session")
        .header(header::HOST, "localhost:3000")
        .header(header::ORIGIN, "https://licenses.example");
    let answer = server.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(
        told(&answer),
        (
            403,
            "Not allowed · Keywright".to_owned(),
            "/login".to_owned()
        )
    );
    assert!(answer.text().contains("Host header"));
}

#[tokio::test]
async fn without_the_database_there_is_still_a_page() {
    let server = Server::start(Engine::Sqlite).await;
    let viewer = server.sign_in(Role::Viewer).await;
    server.world.services.close().await;
    for path in ["/licenses", "/audit", "/licenses.csv", "/nothing"] {
        let answer = viewer.get(path).await;
        let expected = (
            503,
            "Not available at the moment · Keywright".to_owned(),
            String::new(),
        );
        assert_eq!(
            told(&answer),
            expected,
            "{path}: and the way out is the same address"
        );
    }
    let call = Request::post("/fn/licenses/list").header(header::COOKIE, &viewer.cookie);
    let answer = server.send(call.body(Body::from("{}")).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()["code"].as_str()),
        (503, Some("unavailable"))
    );
}

/// The app's router would take such an address for the page's own, past whatever guards the page.
#[tokio::test]
async fn an_address_with_a_slash_too_many_is_led_to_the_page_or_nowhere() {
    let server = Server::start(Engine::Sqlite).await;
    let admin = server.sign_in(Role::Admin).await;
    for (path, location) in [
        ("/licenses/", "/licenses"),
        ("/licenses/?status=active", "/licenses?status=active"),
        ("/products/new/", "/products/new"),
        ("/setup/", "/setup"),
        ("/login//", "/login"),
    ] {
        let answer = admin.get(path).await;
        let led = answer.led();
        assert_eq!(led, (StatusCode::SEE_OTHER, location), "{path}");
    }
    for path in ["/products/new/", "/setup/", "/licenses/"] {
        let posted = admin.post(path).await;
        assert_eq!(posted.status, StatusCode::NOT_FOUND, "{path}");
    }
    for path in ["//evil.example/", "//evil.example//"] {
        let location = admin.get(path).await.header("location").to_owned();
        assert!(!location.starts_with("//"), "{path} {location}");
    }
}

#[tokio::test]
async fn nobody_is_led_to_the_page_itself() {
    let server = Server::start(Engine::Sqlite).await;
    let answer = server.get("/session/failed").await;
    assert_eq!(answer.led(), (StatusCode::SEE_OTHER, "/licenses"));
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
