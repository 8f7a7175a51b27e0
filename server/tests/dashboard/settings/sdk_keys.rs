//! SDK key pages: creating, importing, replacing and revoking keys.

use axum::http::StatusCode;
use futures::future::join_all;
use keywright_domain::{role::Role, sdk_key::SdkKey};
use keywright_testing::{Engine, NOW, engine_test};
use serde_json::json;

use crate::support::{
    Browser, PRO_KEY, TestResponse, TestServer, encode_form,
    html::{field_value, parse, select_texts},
    sdk_key,
};

const PAGE: &str = "/settings/sdk-key";
const NEW: &str = "/settings/sdk-key/new";
const IMPORT: &str = "/settings/sdk-key/import";

/// Loads a form and returns its hidden fields.
async fn hidden_fields(browser: &Browser<'_>, path: &str) -> Vec<(&'static str, String)> {
    let html = parse(&browser.get(path).await);
    let names = ["form_id", "current_key", "operator_id"];
    names.map(|name| (name, field_value(&html, name))).into()
}

async fn send(
    browser: &Browser<'_>,
    path: &str,
    unseen: &[(&str, String)],
    typed: &[(&str, &str)],
) -> TestResponse {
    let unseen = unseen.iter().map(|(name, value)| (*name, value.as_str()));
    let fields: Vec<_> = unseen.chain(typed.iter().copied()).collect();
    browser.submit_form(path, &fields).await
}

async fn replace_key(browser: &Browser<'_>, days: &str) -> TestResponse {
    let form = hidden_fields(browser, NEW).await;
    send(browser, NEW, &form, &[("old_keys", days)]).await
}

/// Returns the key that a response shows.
fn shown_key(answer: &TestResponse) -> String {
    assert_eq!(
        (answer.status, answer.header("cache-control")),
        (StatusCode::OK, "no-store")
    );
    select_texts(&parse(answer), "output").concat()
}

fn fingerprint(key: &str) -> String {
    key.parse::<SdkKey>().ok().unwrap().hash().to_string()
}

/// Returns the status of a device request with `key`.
async fn device_status(
    server: &TestServer,
    tenant: &str,
    product: &str,
    key: Option<&str>,
) -> StatusCode {
    let path = format!("/{tenant}/{product}/config");
    server
        .send_device_request(
            axum::http::Method::GET,
            &path,
            key,
            axum::body::Body::empty(),
        )
        .await
        .status
}

#[engine_test]
async fn tenant_creates_its_first_key(server: TestServer) {
    let owner = server.sign_in_as("owner@indie.test").await;
    assert_eq!(
        device_status(&server, "indie", "pixel", None).await,
        StatusCode::OK
    );
    let html = parse(&owner.get(PAGE).await);
    assert_eq!(select_texts(&html, "main h2"), ["No SDK key yet"]);
    let html = parse(&owner.get(NEW).await);
    assert_eq!(
        select_texts(&html, "main label").len(),
        0,
        "there is no old key to choose an expiry for"
    );
    let form = hidden_fields(&owner, NEW).await;
    let stale = hidden_fields(&owner, NEW).await;
    let importing = hidden_fields(&owner, IMPORT).await;
    let created = send(&owner, NEW, &form, &[]).await;
    let key = shown_key(&created);
    assert!(key.starts_with("sdk_live_") && key.len() == 73, "{key}");
    assert_eq!(
        device_status(&server, "indie", "pixel", None).await,
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        device_status(&server, "indie", "pixel", Some(&key)).await,
        StatusCode::OK
    );

    let again = send(&owner, NEW, &form, &[]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(again.text().contains(&fingerprint(&key)) && !again.text().contains(&key));
    let page = owner.get(PAGE).await;
    assert!(page.text().contains(&fingerprint(&key)) && !page.text().contains(&key));
    assert!(
        select_texts(&parse(&page), ".description-list")
            .concat()
            .contains("by owner@indie.test")
    );
    // A form loaded before the first key existed does not say what happens to that key, so
    // submitting it must not revoke the key. The form in the response must not preselect
    // immediate revocation.
    let imported_key = format!("sdk_live_{}", "7".repeat(64));
    let late = send(&owner, NEW, &stale, &[]).await;
    let html = parse(&late);
    assert_eq!(
        select_texts(&html, "#old_keys option[selected]"),
        ["Works for 30 more days"]
    );
    let imported = send(&owner, IMPORT, &importing, &[("sdk_key", &imported_key)]).await;
    for refused in [late, imported] {
        assert_eq!(refused.status, StatusCode::CONFLICT);
        let said = select_texts(&parse(&refused), "[role=alert]").concat();
        assert!(
            said.contains("The SDK key has changed since this form was loaded"),
            "{said}"
        );
    }
    assert_eq!(
        device_status(&server, "indie", "pixel", Some(&key)).await,
        StatusCode::OK
    );
    assert_eq!(
        device_status(&server, "indie", "pixel", Some(&imported_key)).await,
        StatusCode::UNAUTHORIZED
    );
}

#[engine_test]
async fn replaced_key_works_until_its_expiry(server: TestServer) {
    let admin = server.sign_in(Role::Admin).await;
    let old = sdk_key();
    let key_status = async |key: &str| device_status(&server, "acme", "notes", Some(key)).await;
    let html = parse(&admin.get(NEW).await);
    assert_eq!(
        select_texts(&html, "#old_keys option[selected]"),
        ["Works for 30 more days"]
    );
    let second = shown_key(&replace_key(&admin, "30").await);
    for key in [&old, &second] {
        assert_eq!(key_status(key).await, StatusCode::OK);
    }
    server.context.clock.set(NOW.plus_days(30).plus_millis(-1));
    assert_eq!(key_status(&old).await, StatusCode::OK);
    server.context.clock.set(NOW.plus_days(30));
    assert_eq!(key_status(&old).await, StatusCode::UNAUTHORIZED);
    assert_eq!(key_status(&second).await, StatusCode::OK);
    server.context.clock.set(NOW);

    // Revoke it immediately, as after a leak.
    let end = format!("{PAGE}/{}/end", fingerprint(&old));
    let html = parse(&admin.get(&end).await);
    assert_eq!(select_texts(&html, "#old_keys option").len(), 8);
    assert_eq!(
        select_texts(&html, "#old_keys option[selected]"),
        ["Choose…"],
        "nothing is preselected"
    );
    let ended = admin.submit_form(&end, &[("old_keys", "0")]).await;
    assert_eq!(ended.status_and_location(), (StatusCode::SEE_OTHER, PAGE));
    assert_eq!(
        (key_status(&old).await, key_status(&second).await),
        (StatusCode::UNAUTHORIZED, StatusCode::OK)
    );
    assert_eq!(admin.get(&end).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        admin.submit_form(&end, &[("old_keys", "7")]).await.status,
        StatusCode::CONFLICT
    );

    // Change the expiry to an earlier and to a later time.
    let third = shown_key(&replace_key(&admin, "7").await);
    let end = format!("{PAGE}/{}/end", fingerprint(&second));
    for days in [1, 90] {
        admin
            .submit_form(&end, &[("old_keys", &days.to_string())])
            .await;
        server
            .context
            .clock
            .set(NOW.plus_days(days).plus_millis(-1));
        assert_eq!(key_status(&second).await, StatusCode::OK);
        server.context.clock.set(NOW.plus_days(days));
        assert_eq!(key_status(&second).await, StatusCode::UNAUTHORIZED);
        server.context.clock.set(NOW);
    }
    // The current key has no expiry to change, and an invalid choice changes nothing.
    let current = format!("{PAGE}/{}/end", fingerprint(&third));
    assert_eq!(
        admin
            .submit_form(&current, &[("old_keys", "0")])
            .await
            .status,
        StatusCode::CONFLICT
    );
    for days in ["", "-1", "2", "soon"] {
        let refused = admin.submit_form(&end, &[("old_keys", days)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{days}");
        assert_eq!(
            select_texts(&parse(&refused), "#old_keys-error"),
            ["Choose one of the options."]
        );
    }
    let html = parse(&admin.get(PAGE).await);
    assert_eq!(select_texts(&html, "tbody tr").len(), 2);
    let log = select_texts(&parse(&admin.get("/audit").await), "tbody th p");
    for sentence in [
        "admin@acme.test changed the expiry of a replaced SDK key",
        "admin@acme.test revoked a replaced SDK key",
        "admin@acme.test replaced the SDK key",
    ] {
        assert!(log.iter().any(|entry| entry == sentence), "{log:?}");
    }
}

#[engine_test]
async fn concurrent_submissions_of_one_form_create_one_key(server: TestServer) {
    let beside = server.second_server().await;
    let owner = server.sign_in(Role::Owner).await;
    let fields = hidden_fields(&owner, NEW).await;
    let fields = fields.iter().map(|(name, value)| (*name, value.as_str()));
    let form = encode_form(&fields.chain([("old_keys", "0")]).collect::<Vec<_>>());
    let servers = [&server, &beside];
    let answers = join_all(
        (0..12).map(|number| servers[number % 2].post_form(NEW, &form, Some(&owner.cookie))),
    )
    .await;
    let created: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::OK)
        .collect();
    assert_eq!(created.len(), 1);
    let others = answers
        .iter()
        .filter(|answer| answer.status == StatusCode::CONFLICT);
    assert_eq!(others.count(), 11);
    let key = shown_key(created[0]);
    assert_eq!(
        device_status(&server, "acme", "notes", Some(&key)).await,
        StatusCode::OK
    );
}

#[engine_test]
async fn page_shows_when_a_key_was_last_used(server: TestServer) {
    let admin = server.sign_in(Role::Admin).await;
    let last_use = async || {
        server.context.store.flush().await;
        let html = parse(&admin.get(PAGE).await);
        select_texts(&html, ".description-list dd").swap_remove(3)
    };
    assert_eq!(last_use().await, "Not used yet");
    // A rejected request or another key does not count as a use.
    device_status(&server, "acme", "notes", Some("sdk_live_1")).await;
    device_status(&server, "acme", "nothing", Some(&sdk_key())).await;
    assert_eq!(last_use().await, "Not used yet");
    let body = json!({ "license_key": PRO_KEY, "machine_hash": "1".repeat(64) });
    assert_eq!(
        server
            .post_device("/acme/notes/activate", &body)
            .await
            .status,
        StatusCode::OK
    );
    assert_eq!(last_use().await, "Tue 9 Jun 2026, 10:13 UTC");
    // The time is stored to the minute: another request within that minute causes no write.
    for (seconds, expected) in [
        (59, "Tue 9 Jun 2026, 10:13 UTC"),
        (60, "Tue 9 Jun 2026, 10:14 UTC"),
    ] {
        server.context.clock.set(NOW.plus_millis(seconds * 1_000));
        assert_eq!(
            device_status(&server, "acme", "notes", Some(&sdk_key())).await,
            StatusCode::OK
        );
        assert_eq!(last_use().await, expected, "{seconds}");
    }
}

#[tokio::test]
async fn existing_key_is_imported_and_not_shown() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let admin = server.sign_in(Role::Admin).await;
    let imported_key = format!("sdk_live_{}", "7".repeat(64));
    let import = async |key: &str, days: &str| {
        let form = hidden_fields(&admin, IMPORT).await;
        let typed = [("sdk_key", key), ("old_keys", days)];
        send(&admin, IMPORT, &form, &typed).await
    };
    for bad in [
        "",
        "sdk_live_7",
        &imported_key[..72],
        &imported_key.to_uppercase(),
    ] {
        let refused = import(bad, "30").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        let html = parse(&refused);
        let sentence = "An SDK key is sdk_live_ followed by 64 lowercase hex digits.";
        assert_eq!(select_texts(&html, "#sdk_key-error"), [sentence]);
        assert_eq!(field_value(&html, "sdk_key"), "", "the key is not echoed");
    }
    let done = import(&format!(" {imported_key}\n"), "1").await;
    assert_eq!(done.status_and_location(), (StatusCode::SEE_OTHER, PAGE));
    assert_eq!(
        device_status(&server, "acme", "notes", Some(&imported_key)).await,
        StatusCode::OK
    );
    server.context.clock.set(NOW.plus_days(1));
    assert_eq!(
        device_status(&server, "acme", "notes", Some(&sdk_key())).await,
        StatusCode::UNAUTHORIZED
    );
    server.context.clock.set(NOW);
    let again = import(&imported_key, "30").await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    assert!(
        again
            .text()
            .contains("This is already the current SDK key.")
            || again.text().contains("tenant&#x27;s SDK key already")
    );
}

#[tokio::test]
async fn sdk_key_pages_enforce_roles_and_tenants() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let end = format!("{PAGE}/{}/end", fingerprint(&sdk_key()));
    for role in [Role::Viewer, Role::Support] {
        let somebody = server.sign_in(role).await;
        for path in [PAGE, NEW, IMPORT, &end] {
            assert_eq!(
                somebody.get(path).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
        }
        for path in [NEW, IMPORT, &end] {
            let form = [
                ("form_id", "00000000-0000-4000-8000-000000000001"),
                ("old_keys", "0"),
                ("sdk_key", "x"),
            ];
            let refused = somebody.submit_form(path, &form).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert!(!somebody.get("/licenses").await.text().contains(PAGE));
    }
    let owner = server.sign_in(Role::Owner).await;
    shown_key(&replace_key(&owner, "30").await);
    let indie = server.sign_in_as("owner@indie.test").await;
    assert_eq!(indie.get(&end).await.status, StatusCode::NOT_FOUND);
    let foreign = indie.submit_form(&end, &[("old_keys", "0")]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    assert_eq!(owner.get(&end).await.status, StatusCode::OK);
    for odd in ["x", &"g".repeat(64), &"0".repeat(63)] {
        let path = format!("{PAGE}/{odd}/end");
        assert_eq!(owner.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            owner.submit_form(&path, &[("old_keys", "0")]).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

/// A tab was left open while an operator of another tenant signed in.
#[tokio::test]
async fn form_is_rejected_for_another_operator() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let owner = server.sign_in(Role::Owner).await;
    let form = hidden_fields(&owner, NEW).await;
    let indie = server.sign_in_as("owner@indie.test").await;
    let refused = send(&indie, NEW, &form, &[("old_keys", "0")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let html = parse(&refused);
    let said = select_texts(&html, "[role=alert]").concat();
    assert!(
        said.contains("Someone else has signed in using this browser since you opened this form."),
        "{said}"
    );
    // The form in the response is for the operator who is signed in.
    assert_ne!(field_value(&html, "operator_id"), form[2].1);
    assert_eq!(field_value(&html, "current_key"), "none");
    assert_eq!(
        device_status(&server, "indie", "pixel", None).await,
        StatusCode::OK
    );
    // A colleague in the same tenant counts as another operator, too.
    let admin = server.sign_in(Role::Admin).await;
    assert_eq!(
        send(&admin, NEW, &form, &[("old_keys", "0")]).await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        device_status(&server, "acme", "notes", Some(&sdk_key())).await,
        StatusCode::OK
    );
    let product = [
        ("operator_id", form[2].1.as_str()),
        ("name", "Paint"),
        ("slug", "paint"),
        ("key_prefix", "PNT1"),
    ];
    let refused = admin.submit_form("/products/new", &product).await;
    assert_eq!(
        (refused.status, field_value(&parse(&refused), "name")),
        (StatusCode::CONFLICT, String::new())
    );
}

/// The ID of one kind of form is submitted with another kind.
#[tokio::test]
async fn reused_form_id_shows_what_it_created() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let admin = server.sign_in(Role::Admin).await;
    let form = hidden_fields(&admin, NEW).await;
    let key = shown_key(&send(&admin, NEW, &form, &[("old_keys", "30")]).await);
    let mint = [
        ("form_id", form[0].1.as_str()),
        ("key_type", "notes/pro"),
        ("count", "1"),
    ];
    for answer in [
        admin.submit_form("/licenses/mint", &mint).await,
        send(
            &admin,
            IMPORT,
            &form,
            &[("sdk_key", &sdk_key()), ("old_keys", "0")],
        )
        .await,
    ] {
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(
            answer.text().contains(&fingerprint(&key)),
            "{}",
            answer.text()
        );
        assert_eq!(select_texts(&parse(&answer), "main form").len(), 0);
    }
}
