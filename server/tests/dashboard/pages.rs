//! Status, title and landmarks of each page for each role, and HTML that needs no repair.

use axum::http::StatusCode;
use keywright_domain::{plan::Plan, role::Role};
use keywright_service::tenants::CreateTenant;
use keywright_testing::Engine;
use scraper::Selector;

use crate::support::{
    PRO_KEY, TestServer,
    html::{parse, select_texts},
};

#[tokio::test]
async fn every_role_can_list_licenses() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    for role in Role::ALL {
        let answer = server.sign_in(role).await.get("/licenses").await;
        assert_eq!(answer.status, StatusCode::OK, "{role:?}");
        let html = parse(&answer);
        assert_eq!(select_texts(&html, "title"), ["Licenses · Keywright"]);
        assert_eq!(select_texts(&html, "main h1"), ["Licenses"]);
        assert_eq!(select_texts(&html, "tbody tr").len(), 25);
        let email = format!("{}@acme.test", role.as_str());
        assert!(answer.text().contains(&email), "{role:?}");
    }
}

#[tokio::test]
async fn only_the_license_list_and_license_pages_load_wasm() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Owner).await;
    let license = format!("/licenses/{}", crate::support::license_id(PRO_KEY));
    let wrong_password = "email=owner%40acme.test&password=wrong";
    for (answer, loads_wasm) in [
        (server.get("/login").await, false),
        (
            server.post_form("/session", wrong_password, None).await,
            false,
        ),
        (server.get("/nothing").await, false),
        (browser.get("/nothing").await, false),
        (browser.get("/products").await, false),
        (browser.get("/audit").await, false),
        (browser.get("/settings/sdk-key").await, false),
        (browser.get("/licenses/mint").await, false),
        (browser.get(&format!("{license}/revoke")).await, false),
        (browser.get("/licenses").await, true),
        (browser.get(&license).await, true),
    ] {
        let html = parse(&answer);
        let title = select_texts(&html, "title");
        let head = html.select(&Selector::parse("head").unwrap()).next();
        let head = head.unwrap().inner_html();
        for marker in ["modulepreload", ".wasm", "keywright-frontend"] {
            assert_eq!(head.contains(marker), loads_wasm, "{title:?}: {marker}");
        }
        assert!(head.contains("/pkg/enhance-0b.js"), "{title:?}");
    }
}

/// Every page contains its data, regardless of whether the database or the renderer finishes
/// first. A page without its data could not hydrate.
#[tokio::test(flavor = "multi_thread")]
async fn pages_rendered_in_parallel_are_complete() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Viewer).await;
    let license = format!("/licenses/{}", crate::support::license_id(PRO_KEY));
    for (path, marker) in [
        ("/licenses", "cell-key"),
        (license.as_str(), "id=\"activations\""),
        ("/audit", "cell-what"),
    ] {
        let pages = (0..200).map(|_| browser.get(path));
        for page in futures::future::join_all(pages).await {
            assert!(page.text().contains(marker), "{path}");
        }
    }
}

#[tokio::test]
async fn license_list_has_the_expected_columns() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let html = parse(&server.sign_in(Role::Viewer).await.get("/licenses").await);
    let columns = [
        "License",
        "Status",
        "Product",
        "Customer",
        "Activations",
        "Created",
        "Expires",
    ];
    assert_eq!(select_texts(&html, "thead th"), columns);
    let rows = select_texts(&html, "tbody tr");
    assert!(
        rows.iter()
            .any(|row| row.contains("-XXXX-···-") && row.contains(" of ") && row.contains("Never"))
    );
}

#[tokio::test]
async fn license_list_contains_no_raw_keys() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Owner).await;
    let mut path = "/licenses".to_owned();
    let mut pages = 0;
    loop {
        let answer = browser.get(&path).await;
        let text = answer.text();
        for middle in ["PRO0", "REVK", "EXPD", "FALL", "FULL"] {
            assert!(!text.contains(middle), "{path}");
        }
        assert!(!text.contains(PRO_KEY));
        pages += 1;
        let html = parse(&answer);
        let next = Selector::parse("a[rel=next]").unwrap();
        match html.select(&next).next().and_then(|link| link.attr("href")) {
            Some(href) => path = href.to_owned(),
            None => break,
        }
    }
    assert!(pages >= 4, "{pages} pages");
}

#[tokio::test]
async fn license_list_excludes_other_tenants() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in_as("owner@indie.test").await;
    let answer = browser.get("/licenses").await;
    let rows = select_texts(&parse(&answer), "tbody tr");
    assert!(
        !rows.is_empty()
            && rows
                .iter()
                .all(|row| row.starts_with("INDI") && row.contains("Pixel")),
        "{rows:?}"
    );
    assert!(!answer.text().contains("acme.test"));
}

#[tokio::test]
async fn sign_in_page_is_a_plain_form() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let answer = server.get("/login").await;
    let html = parse(&answer);
    assert_eq!(select_texts(&html, "title"), ["Sign in · Keywright"]);
    let form =
        Selector::parse("form[method=post][action='/session'] input[name=password][type=password]")
            .unwrap();
    assert_eq!(html.select(&form).count(), 1);
}

#[tokio::test]
async fn empty_license_list_links_to_the_guide() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let tenant: keywright_domain::ids::TenantId = "fresh".parse().unwrap();
    let services = &server.context.services;
    services
        .tenants
        .create(CreateTenant::new(tenant.clone(), "Fresh", Plan::Free))
        .await
        .unwrap();
    let caller = keywright_service::Caller::for_command_line(tenant);
    services
        .operators
        .create(&caller, "a@fresh.test", Role::Owner, "long enough")
        .await
        .unwrap();
    let answer = server
        .post_form(
            "/session",
            "email=a%40fresh.test&password=long+enough",
            None,
        )
        .await;
    let cookie = answer.cookie().to_owned();
    let page = crate::support::Browser {
        server: &server,
        cookie,
    }
    .get("/licenses")
    .await;
    assert_eq!(page.status, StatusCode::OK);
    let html = parse(&page);
    assert_eq!(select_texts(&html, "main h2"), ["No licenses yet"]);
    assert_eq!(select_texts(&html, "main .empty-state a"), ["Get started"]);
}
