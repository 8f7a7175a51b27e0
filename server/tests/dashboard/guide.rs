//! The getting-started guide, from the first sign-in to the first licensed device.

use axum::http::StatusCode;
use keywright_domain::role::Role;
use keywright_testing::{Engine, engine_test};
use scraper::Html;
use serde_json::json;

use crate::support::{
    Browser, TestServer,
    html::{field_value, parse, select_texts},
};

/// Completes setup and returns the owner's browser.
async fn complete_setup(server: &TestServer) -> Browser<'_> {
    let code = server
        .context
        .services
        .setup
        .regenerate_code()
        .await
        .unwrap();
    let form = format!(
        "code={}&tenant_name=Mine&slug=mine&email=me%40mine.test&password=correct+horse",
        *code.expose()
    );
    let done = server.post_form("/setup", &form, None).await;
    assert_eq!(
        done.status_and_location(),
        (StatusCode::SEE_OTHER, "/"),
        "{}",
        done.text()
    );
    let cookie = done.cookie();
    Browser {
        server,
        cookie: cookie.to_owned(),
    }
}

/// Returns the guide page and its completed steps.
async fn load_guide(browser: &Browser<'_>) -> (Html, Vec<String>) {
    let page = browser.get("/").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let html = parse(&page);
    assert_eq!(select_texts(&html, "main h1"), ["Get started"]);
    let done = select_texts(&html, "li[data-done] h2");
    (html, done)
}

fn current_step(html: &Html) -> String {
    select_texts(html, "li[aria-current=step] h2").concat()
}

#[engine_test]
#[expect(clippy::too_many_lines, reason = "one scenario, step by step")]
async fn guide_steps_complete_automatically_until_the_first_activation(engine: Engine) {
    let server = TestServer::without_tenants(engine).await;
    let owner = complete_setup(&server).await;
    let (html, done) = load_guide(&owner).await;
    assert_eq!(
        (done.len(), current_step(&html).as_str()),
        (0, "Add your product")
    );
    assert_eq!(
        select_texts(&html, "nav [aria-current=page]"),
        ["Get started"]
    );

    let product = [("name", "Notes"), ("slug", "notes"), ("key_prefix", "NOTE")];
    assert_eq!(
        owner
            .submit_form("/products/new", &product)
            .await
            .status_and_location(),
        (StatusCode::SEE_OTHER, "/")
    );
    let (html, done) = load_guide(&owner).await;
    assert_eq!(
        (done.as_slice(), current_step(&html).as_str()),
        (
            &["Add your product (done)".to_owned()][..],
            "Add a key type"
        )
    );
    let key_type = [
        ("slug", "pro"),
        ("activation_limit", "2"),
        ("duration_unit", "lifetime"),
    ];
    assert_eq!(
        owner
            .submit_form("/products/notes/key-types/new", &key_type)
            .await
            .status_and_location(),
        (StatusCode::SEE_OTHER, "/")
    );
    assert_eq!(
        current_step(&load_guide(&owner).await.0),
        "Create the SDK key"
    );

    let form = parse(&owner.get("/settings/sdk-key/new").await);
    let made = owner
        .submit_form(
            "/settings/sdk-key/new",
            &[
                ("form_id", &field_value(&form, "form_id")),
                ("current_key", "none"),
            ],
        )
        .await;
    let html = parse(&made);
    let sdk_key = select_texts(&html, "output").concat();
    assert_eq!(
        select_texts(&html, "main a[href='/']"),
        ["Continue with the guide"]
    );
    assert_eq!(
        current_step(&load_guide(&owner).await.0),
        "Mint the first license"
    );

    let form = parse(&owner.get("/licenses/mint").await);
    let form = [
        ("form_id", field_value(&form, "form_id")),
        ("key_type", "notes/pro".into()),
        ("count", "1".into()),
    ];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    let html = parse(&owner.submit_form("/licenses/mint", &form).await);
    let key = select_texts(&html, "output").concat();
    assert_eq!(
        select_texts(&html, "main a[href='/']"),
        ["Continue with the guide"]
    );
    let (html, done) = load_guide(&owner).await;
    assert_eq!(
        (done.len(), current_step(&html).as_str()),
        (4, "Activate it in your app")
    );
    assert_snippets(&server, &html).await;

    let body = json!({ "license_key": key, "machine_hash": "1".repeat(64) }).to_string();
    let path = "/mine/notes/activate";
    let activated = server
        .send_device_request(axum::http::Method::POST, path, Some(&sdk_key), body.into())
        .await;
    assert_eq!(activated.status, StatusCode::OK, "{}", activated.text());
    let (html, _) = load_guide(&owner).await;
    assert!(
        select_texts(&html, "[role=status]")
            .concat()
            .starts_with("Your first device is activated.")
    );
    assert_eq!(select_texts(&html, ".steps").len(), 0);
    assert_eq!(
        owner
            .submit_empty_form("/settings/guide/end")
            .await
            .status_and_location(),
        (StatusCode::SEE_OTHER, "/licenses")
    );
    assert_eq!(
        owner.get("/").await.status_and_location(),
        (StatusCode::SEE_OTHER, "/licenses")
    );
    assert!(
        select_texts(&parse(&owner.get("/licenses").await), "nav a")
            .iter()
            .all(|link| link != "Get started")
    );
    // A second click, even by another operator, changes nothing.
    assert_eq!(
        owner
            .submit_empty_form("/settings/guide/end")
            .await
            .status_and_location(),
        (StatusCode::SEE_OTHER, "/licenses")
    );
}

/// Checks that both snippets contain the server's values, as used by `examples/device.rs`, with
/// which the browser tests activate.
async fn assert_snippets(server: &TestServer, html: &Html) {
    let tenant = "mine".parse().unwrap();
    let keyset = server
        .context
        .services
        .signing_keys
        .keyset(&tenant)
        .await
        .unwrap();
    let public_key = &keyset.keys[0].public_key;
    let rust = select_texts(html, "#rust").concat();
    for line in [
        r#"KeylightConfig::builder("mine", "notes", sdk_key)"#,
        r#".base_url("http://localhost:3000")"#,
        &format!(r#".trusted_key("k1", "{public_key}")"#),
    ] {
        assert!(rust.contains(line), "{line} in {rust}");
    }
    let javascript = select_texts(html, "#javascript").concat();
    for line in [
        r#"tenantId: "mine""#,
        r#"productId: "notes""#,
        r#"baseUrl: "http://localhost:3000""#,
        &format!(r#"trustedKeys: {{ "k1": "{public_key}" }}"#),
    ] {
        assert!(javascript.contains(line), "{line} in {javascript}");
    }
    assert_eq!(select_texts(html, "#public-key"), [public_key.as_str()]);
}

#[tokio::test]
async fn operators_without_a_guide_are_redirected_to_the_licenses() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    for role in Role::ALL {
        let somebody = server.sign_in(role).await;
        assert_eq!(
            somebody.get("/").await.status_and_location(),
            (StatusCode::SEE_OTHER, "/licenses"),
            "{role:?}"
        );
    }
    assert_eq!(
        server.get("/").await.status_and_location(),
        (StatusCode::SEE_OTHER, "/login")
    );
    for role in [Role::Viewer, Role::Support] {
        let refused = server
            .sign_in(role)
            .await
            .submit_empty_form("/settings/guide/end")
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role:?}");
    }
}

/// Before the first license, the list links to the next step for operators who may take it.
#[tokio::test]
async fn empty_list_links_to_the_next_step() {
    let server = TestServer::without_tenants(Engine::Sqlite).await;
    let owner = complete_setup(&server).await;
    let html = parse(&owner.get("/licenses").await);
    assert_eq!(select_texts(&html, "main .empty-state a"), ["Get started"]);
    owner.submit_empty_form("/settings/guide/end").await;
    let html = parse(&owner.get("/licenses").await);
    assert_eq!(
        select_texts(&html, "main .empty-state a"),
        ["Mint licenses"]
    );
    let html = parse(&owner.get("/licenses/mint").await);
    assert_eq!(select_texts(&html, "main h2"), ["No key types yet"]);
}
