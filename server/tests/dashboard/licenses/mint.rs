//! The mint form, which mints once and shows the keys once.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use futures::future::join_all;
use keywright_api_types::{license_list::LicenseQuery, page::Count};
use keywright_domain::role::Role;
use keywright_testing::{Engine, engine_test};
use serde_json::json;

use crate::support::{
    Browser, TestResponse, TestServer, encode_form,
    html::{field_value, parse, select_texts},
    license_id,
};

const MINT: &str = "/licenses/mint";

/// Loads the form and returns its fields with the values in `change`.
async fn load_form<'a>(
    browser: &Browser<'_>,
    change: &[(&'a str, &'a str)],
) -> Vec<(&'a str, String)> {
    let html = parse(&browser.get(MINT).await);
    let id = field_value(&html, "form_id");
    let mut fields = vec![
        ("form_id", id),
        ("key_type", "notes/pro".to_owned()),
        ("customer_name", String::new()),
        ("customer_email", String::new()),
        ("count", "1".to_owned()),
    ];
    for (name, value) in &mut fields {
        let changed = change.iter().find(|(changed, _)| changed == name);
        if let Some((_, changed)) = changed {
            (*changed).clone_into(value);
        }
    }
    fields
}

async fn send(browser: &Browser<'_>, form: &[(&str, String)]) -> TestResponse {
    let fields: Vec<(&str, &str)> = form
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    browser.submit_form(MINT, &fields).await
}

async fn mint_with(browser: &Browser<'_>, change: &[(&str, &str)]) -> TestResponse {
    send(browser, &load_form(browser, change).await).await
}

/// Counts `acme`'s licenses.
async fn count_licenses(server: &TestServer) -> u32 {
    let tenant = "acme".parse().unwrap();
    let (query, now) = (LicenseQuery::default(), keywright_testing::NOW);
    let list = server.context.store.list_licenses(&tenant, &query, now);
    match list.await.unwrap().total {
        Count::Exact(count) => count,
        Count::MoreThan(_) => panic!("too many licenses for an exact count"),
    }
}

#[engine_test]
async fn minted_key_is_shown_once(server: TestServer) {
    let support = server.sign_in(Role::Support).await;
    let before = count_licenses(&server).await;
    let customer = [
        ("customer_name", "Ada <b>"),
        ("customer_email", "ada@example.test"),
    ];
    let sent = load_form(&support, &customer).await;
    let shown = send(&support, &sent).await;
    assert_eq!(
        (shown.status, shown.header("cache-control")),
        (StatusCode::OK, "no-store")
    );
    let html = parse(&shown);
    let key = select_texts(&html, "output").concat();
    assert!(key.starts_with("ACME-") && key.len() == 24, "{key}");
    assert_eq!(
        select_texts(&html, ".description-list dd"),
        ["notes, pro", "ada@example.test"]
    );
    assert_eq!(count_licenses(&server).await, before + 1);

    // The license has its customer, and its key activates a device.
    let page = format!("/licenses/{}", license_id(&key));
    let license = parse(&support.get(&page).await);
    assert!(select_texts(&license, "main").concat().contains("Ada <b>"));
    let body = json!({ "license_key": key, "machine_hash": "1".repeat(64) });
    let activated = server.post_device("/acme/notes/activate", &body).await;
    assert_eq!(activated.status, StatusCode::OK, "{}", activated.text());

    // Submitting again, as a page reload does, mints nothing and lists the minted keys masked.
    let again = send(&support, &sent).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let html = parse(&again);
    let masked = format!("ACME-XXXX-···-{}", &key[20..]);
    assert_eq!(select_texts(&html, ".duplicate-submission li"), [masked]);
    assert!(!again.text().contains(&key) && !again.text().contains(&key.replace('-', "")));
    assert_eq!(count_licenses(&server).await, before + 1);
    // The same applies if other fields have changed.
    let other = encode_form(&[
        ("form_id", &sent[0].1),
        ("key_type", "notes/solo"),
        ("count", "5"),
    ]);
    let again = server.post_form(MINT, &other, Some(&support.cookie)).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert_eq!(count_licenses(&server).await, before + 1);
    // The form page works as before and does not contain the key.
    let asked = support.get(MINT).await;
    assert!(asked.status == StatusCode::OK && !asked.text().contains(&key));
}

#[engine_test]
async fn bulk_mint_creates_all_licenses_or_none(server: TestServer) {
    let admin = server.sign_in(Role::Admin).await;
    let before = count_licenses(&server).await;
    for (count, sentence) in [
        ("1001", "Mint between 1 and 1,000 licenses at a time."),
        ("0", "Mint between 1 and 1,000 licenses at a time."),
        ("many", "Mint between 1 and 1,000 licenses at a time."),
    ] {
        let refused = mint_with(&admin, &[("count", count)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{count}");
        let html = parse(&refused);
        assert_eq!(select_texts(&html, "#count-error"), [sentence]);
        assert_eq!(field_value(&html, "count"), count, "the input is kept");
    }
    assert_eq!(count_licenses(&server).await, before);

    let sent = load_form(&admin, &[("count", "250")]).await;
    let shown = send(&admin, &sent).await;
    assert_eq!(shown.status, StatusCode::OK);
    let html = parse(&shown);
    let keys = select_texts(&html, "#keys").concat();
    let keys: std::collections::HashSet<&str> = keys.split_whitespace().collect();
    assert_eq!(
        (keys.len(), count_licenses(&server).await),
        (250, before + 250)
    );
    assert!(
        keys.iter()
            .all(|key| key.starts_with("ACME-") && key.len() == 24)
    );
    assert!(
        shown
            .text()
            .contains("data-file=\"keywright-notes-pro-250-keys.txt\"")
    );

    let again = parse(&send(&admin, &sent).await);
    let named = select_texts(&again, ".duplicate-submission li");
    assert_eq!((named.len(), named[20].as_str()), (21, "and 230 more"));
    assert_eq!(count_licenses(&server).await, before + 250);
}

#[engine_test]
async fn concurrent_submissions_of_one_form_mint_once(server: TestServer) {
    let second = server.second_server().await;
    let support = server.sign_in(Role::Support).await;
    let before = count_licenses(&server).await;
    let sent = load_form(&support, &[("count", "3")]).await;
    let fields: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let body = encode_form(&fields);
    let servers = [&server, &second];
    let answers = join_all(
        (0..16).map(|number| servers[number % 2].post_form(MINT, &body, Some(&support.cookie))),
    )
    .await;
    let count = |status| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!(
        (count(StatusCode::OK), count(StatusCode::CONFLICT)),
        (1, 15)
    );
    assert_eq!(count_licenses(&server).await, before + 3);
}

#[tokio::test]
async fn each_invalid_field_shows_its_error() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let support = server.sign_in(Role::Support).await;
    let before = count_licenses(&server).await;
    let wrong = [
        ("key_type", "pixel/default"),
        ("customer_email", "nobody"),
        ("customer_name", "\u{202e}x"),
        ("count", ""),
    ];
    let html = parse(&mint_with(&support, &wrong).await);
    for (name, sentence) in [
        ("key_type", "Choose a product and one of its key types."),
        (
            "customer_name",
            "Enter a name of up to 80 characters, without control characters.",
        ),
        (
            "customer_email",
            "Enter a full email address, such as ada@example.com.",
        ),
        ("count", "Mint between 1 and 1,000 licenses at a time."),
    ] {
        assert_eq!(
            select_texts(&html, &format!("#{name}-error")),
            [sentence],
            "{name}"
        );
        assert_eq!(
            select_texts(&html, &format!("[role=alert] a[href='#{name}']")).len(),
            1
        );
    }
    for key_type in [
        "",
        "notes",
        "notes/",
        "notes/nothing",
        "/pro",
        "notes/pro/x",
    ] {
        let refused = mint_with(&support, &[("key_type", key_type)]).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{key_type}"
        );
    }
    for id in ["", "1", "not-an-id"] {
        let refused = mint_with(&support, &[("form_id", id)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{id}");
        let html = parse(&refused);
        let message = select_texts(&html, "[role=alert]").concat();
        assert!(
            message.contains("This form has expired. Reload the page."),
            "{message}"
        );
        // The form in the response has a valid ID.
        assert_eq!(field_value(&html, "form_id").len(), 36);
    }
    assert_eq!(count_licenses(&server).await, before);
}

#[tokio::test]
async fn deleted_key_type_must_be_chosen_again() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let admin = server.sign_in(Role::Admin).await;
    let spare = [
        ("slug", "spare"),
        ("activation_limit", "1"),
        ("duration_unit", "lifetime"),
    ];
    admin
        .submit_form("/products/notes/key-types/new", &spare)
        .await;
    let sent = load_form(
        &admin,
        &[("key_type", "notes/spare"), ("customer_name", "Ada")],
    )
    .await;
    admin
        .submit_empty_form("/products/notes/key-types/spare/delete")
        .await;
    let refused = send(&admin, &sent).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let html = parse(&refused);
    assert_eq!(
        select_texts(&html, "#key_type option[selected]"),
        ["Choose…"],
        "no other key type is preselected"
    );
    assert_eq!(field_value(&html, "customer_name"), "Ada");
}

#[tokio::test]
async fn rejected_form_gets_a_new_id() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let admin = server.sign_in(Role::Admin).await;
    let wrong = load_form(&admin, &[("count", "0")]).await;
    let html = parse(&send(&admin, &wrong).await);
    assert_ne!(field_value(&html, "form_id"), wrong[0].1);
}

#[tokio::test]
async fn mint_form_enforces_roles_and_tenants() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let before = count_licenses(&server).await;
    let viewer = server.sign_in(Role::Viewer).await;
    assert_eq!(viewer.get(MINT).await.status, StatusCode::FORBIDDEN);
    assert!(!viewer.get("/licenses").await.text().contains(MINT));
    assert!(!viewer.get("/products/notes").await.text().contains(MINT));
    let support = server.sign_in(Role::Support).await;
    assert!(support.get("/licenses").await.text().contains(MINT));
    assert!(
        support
            .get("/products/notes")
            .await
            .text()
            .contains("/licenses/mint?product=notes")
    );
    let sent = load_form(&support, &[]).await;
    let refused = send(&viewer, &sent).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let fields: Vec<(&str, &str)> = sent
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let nobody = server.post_form(MINT, &encode_form(&fields), None).await;
    assert_eq!(
        nobody.status_and_location(),
        (StatusCode::SEE_OTHER, "/login")
    );
    assert_eq!(count_licenses(&server).await, before);
    // Form IDs are scoped to a tenant.
    assert_eq!(send(&support, &sent).await.status, StatusCode::OK);
    let indie = server.sign_in_as("owner@indie.test").await;
    let own = encode_form(&[
        ("form_id", &sent[0].1),
        ("key_type", "pixel/default"),
        ("count", "1"),
    ]);
    let minted = server.post_form(MINT, &own, Some(&indie.cookie)).await;
    assert_eq!(minted.status, StatusCode::OK);
}

/// A script that accepts an event stream gets progress events, followed by the regular page.
#[tokio::test(flavor = "multi_thread")]
async fn script_receives_mint_progress() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let support = server.sign_in(Role::Support).await;
    let sent = load_form(&support, &[("count", "40")]).await;
    let post = |accept: &'static str| {
        let fields: Vec<(&str, &str)> = sent
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let request = Request::post(MINT)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::HOST, "localhost:3000")
            .header(header::ORIGIN, "http://localhost:3000")
            .header(header::ACCEPT, accept)
            .header(header::ACCEPT_ENCODING, "br, gzip")
            .header(header::COOKIE, &support.cookie);
        request.body(Body::from(encode_form(&fields))).unwrap()
    };
    let answer = server.send(post("text/html, text/event-stream")).await;
    assert_eq!(answer.header("content-type"), "text/event-stream");
    assert_eq!(
        answer.header("content-encoding"),
        "",
        "events are sent immediately, not in compressed blocks"
    );
    assert_eq!(
        answer.header("cache-control"),
        "no-store",
        "the response contains keys"
    );
    assert_eq!(answer.header("x-accel-buffering"), "no");
    let text = answer.text();
    let (progress, page) = text.split_once("event: page\n").unwrap();
    let progress_counts: Vec<u32> = progress
        .lines()
        .filter_map(|line| line.strip_prefix("data: ")?.parse().ok())
        .collect();
    assert!(
        progress_counts.is_sorted() && progress_counts.last().is_none_or(|&last| last <= 40),
        "{progress_counts:?}"
    );
    assert!(page.contains("Store the 40 new keys now"));
    assert_eq!(page.matches("ACME-").count(), 40);
    // A request that is rejected up front gets a page, not a stream.
    let again = server.send(post("text/html, text/event-stream")).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.header("content-type").starts_with("text/html"));
}
