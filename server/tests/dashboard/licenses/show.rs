//! The license page, and its actions without scripts.

use axum::http::{StatusCode, header};
use insta::assert_snapshot;
use keywright_domain::{license::License, role::Role};
use keywright_testing::{Engine, NOW, engine_test};
use scraper::{Html, Selector};
use serde_json::{Value, json};

use crate::support::{
    PRO_KEY, TestResponse, TestServer,
    html::{outline, parse, select_texts},
    license_id,
};

fn license_path(key: &str) -> String {
    format!("/licenses/{}", license_id(key))
}

async fn activate(server: &TestServer, key: &str, device: u32) -> TestResponse {
    let body = json!({
        "license_key": key, "machine_hash": format!("{device:064}"), "instance_name": format!("Mac {device}"),
        "app_version": "2.4.1", "platform": "macos", "os_version": "15.5",
    });
    server.post_device("/acme/notes/activate", &body).await
}

async fn activate_instance(server: &TestServer, key: &str, device: u32) -> String {
    let answer = activate(server, key, device).await;
    answer.json()["instance_id"].as_str().unwrap().to_owned()
}

async fn validate(server: &TestServer, key: &str, instance: &str) -> TestResponse {
    let body = json!({ "license_key": key, "instance_id": instance });
    server.post_device("/acme/notes/validate", &body).await
}

fn link_hrefs(html: &Html) -> Vec<String> {
    let all = Selector::parse("main a[href]").unwrap();
    html.select(&all)
        .map(|link| link.attr("href").unwrap().to_owned())
        .collect()
}

fn description_list(html: &Html) -> Vec<(String, String)> {
    select_texts(html, "dt")
        .into_iter()
        .zip(select_texts(html, "dd"))
        .collect()
}

#[tokio::test]
async fn page_shows_the_license_its_devices_and_its_history() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let first = activate_instance(&server, PRO_KEY, 1).await;
    let browser = server.sign_in(Role::Viewer).await;
    let answer = browser.get(&license_path(PRO_KEY)).await;
    assert_eq!(answer.status, StatusCode::OK);
    let html = parse(&answer);
    assert_eq!(
        select_texts(&html, "title"),
        ["ACME-XXXX-···-0001 · Keywright"]
    );
    assert_eq!(select_texts(&html, ".page-title .status"), ["Active"]);
    assert_eq!(
        select_texts(&html, "#activations + .slots span"),
        ["1 of 3"]
    );
    let page = outline(&html).replace(&first, "[instance]");
    let (license, _) = page.split_once("## Activity").unwrap();
    assert_snapshot!(license, @"
    # ACME-XXXX-···-0001
    Customer: pro@customer.test
    Product: Notes
    Key type: pro
    Entitlements: pro
    Created: 31 May 2026
    Expires: Never
    After expiry: App stops
    License ID: 0c4a6596a7…33217a
    ## Activations
    Device and ID | Status | Offline until | Last check-in | First seen | App | Action
    Mac 1 [instance] | Active | 16 Jun, 10:19 in 7 d | just now | just now | 2.4.1 macos 15.5 |
    ");
    let activity = select_texts(&html, ".timeline li");
    assert!(
        activity[0].contains("support@acme.test minted this license"),
        "{activity:?}"
    );
    assert!(!answer.text().contains("PRO0"), "no raw key");
}

#[tokio::test]
async fn list_links_to_each_license() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Viewer).await;
    let html = parse(&browser.get("/licenses").await);
    let rows = Selector::parse("tbody th a").unwrap();
    let hrefs: Vec<&str> = html
        .select(&rows)
        .map(|link| link.attr("href").unwrap())
        .collect();
    assert_eq!(hrefs.len(), 25);
    for href in hrefs {
        let answer = browser.get(href).await;
        assert_eq!(answer.status, StatusCode::OK, "{href}");
        parse(&answer);
    }
}

#[tokio::test]
async fn actions_are_offered_and_allowed_by_role() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let first = activate_instance(&server, PRO_KEY, 1).await;
    let page = license_path(PRO_KEY);
    let action_paths = [
        format!("{page}/revoke"),
        format!("{page}/remint"),
        format!("{page}/instances/{first}/deactivate"),
    ];
    for role in Role::ALL {
        let browser = server.sign_in(role).await;
        let offered = link_hrefs(&parse(&browser.get(&page).await));
        for confirm_page in &action_paths {
            assert_eq!(
                offered.contains(confirm_page),
                role >= Role::Support,
                "{role:?} {confirm_page}"
            );
            let asked = browser.get(confirm_page).await;
            parse(&asked);
            let expected = if role >= Role::Support {
                StatusCode::OK
            } else {
                StatusCode::FORBIDDEN
            };
            assert_eq!(asked.status, expected, "{role:?} {confirm_page}");
        }
    }
    let viewer = server.sign_in(Role::Viewer).await;
    for confirm_page in &action_paths {
        let refused = viewer.submit_empty_form(confirm_page).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{confirm_page}");
        let stranger = server.post_form(confirm_page, "", None).await;
        assert_eq!(
            stranger.status_and_location(),
            (StatusCode::SEE_OTHER, "/login")
        );
    }
    assert_eq!(
        validate(&server, PRO_KEY, &first).await.status,
        StatusCode::OK,
        "nothing changed"
    );
}

#[tokio::test]
async fn licenses_outside_the_tenant_are_not_found() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let first = activate_instance(&server, PRO_KEY, 1).await;
    let acme = server.sign_in(Role::Owner).await;
    let indie = server.sign_in_as("owner@indie.test").await;
    let nobody = format!("/licenses/{}", "0".repeat(64));
    let page = license_path(PRO_KEY);
    for (browser, license, device) in [
        (&indie, page.as_str(), first.as_str()),
        (&acme, nobody.as_str(), first.as_str()),
        (&acme, "/licenses/not-an-id", first.as_str()),
    ] {
        for path in [
            license.to_owned(),
            format!("{license}/revoke"),
            format!("{license}/remint"),
            format!("{license}/instances/{device}/deactivate"),
        ] {
            let answer = browser.get(&path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            parse(&answer);
            if path != license {
                assert_eq!(
                    browser.submit_empty_form(&path).await.status,
                    StatusCode::NOT_FOUND,
                    "{path}"
                );
            }
        }
    }
    for device in ["00000000-0000-4000-8000-00000000ffff", "no-uuid"] {
        let path = format!("{page}/instances/{device}/deactivate");
        assert_eq!(acme.get(&path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            acme.submit_empty_form(&path).await.status,
            StatusCode::NOT_FOUND
        );
    }
    assert_eq!(
        validate(&server, PRO_KEY, &first).await.status,
        StatusCode::OK,
        "nothing changed"
    );
}

#[tokio::test]
async fn revoke_states_its_consequences_and_stops_new_leases() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let first = activate_instance(&server, PRO_KEY, 1).await;
    server.context.clock.set(NOW.plus_days(1));
    activate_instance(&server, PRO_KEY, 2).await;
    let browser = server.sign_in(Role::Support).await;
    let page = license_path(PRO_KEY);
    let confirm_page = browser.get(&format!("{page}/revoke")).await;
    let html = parse(&confirm_page);
    assert_eq!(select_texts(&html, "h1"), ["Revoke ACME-XXXX-···-0001?"]);
    let facts = description_list(&html);
    assert!(facts[0].1.starts_with("2 (can't check in"), "{facts:?}");
    // The lease of the newer device expires in seven days, plus the clients' clock skew of 300 s.
    assert!(facts[1].1.contains("in 7 d"), "{facts:?}");
    let button = Selector::parse("form.confirm[method=post] button[type=submit]").unwrap();
    assert_eq!(html.select(&button).count(), 1);

    let done = browser.submit_empty_form(&format!("{page}/revoke")).await;
    assert_eq!(
        done.status_and_location(),
        (StatusCode::SEE_OTHER, page.as_str())
    );
    let refused = validate(&server, PRO_KEY, &first).await;
    let expected = json!({ "error": "License has been revoked", "valid": false });
    assert_eq!(
        (refused.status, refused.json()),
        (StatusCode::UNPROCESSABLE_ENTITY, expected)
    );
    assert_eq!(
        activate(&server, PRO_KEY, 1).await.status,
        StatusCode::NOT_FOUND
    );
    let html = parse(&browser.get(&page).await);
    assert_eq!(select_texts(&html, ".page-title .status"), ["Revoked"]);
    let rows = select_texts(&html, "tbody tr");
    assert!(
        rows.iter()
            .all(|row| row.contains("Can't check in") && row.contains("in ")),
        "{rows:?}"
    );
    assert!(!link_hrefs(&html).contains(&format!("{page}/revoke")));
    assert!(
        link_hrefs(&html)
            .iter()
            .any(|link| link.ends_with("/deactivate")),
        "slots can still be freed"
    );

    for again in [
        browser.submit_empty_form(&format!("{page}/revoke")).await,
        browser.get(&format!("{page}/revoke")).await,
    ] {
        assert_eq!(again.status, StatusCode::CONFLICT);
        let alert = select_texts(&parse(&again), "[role=alert]");
        assert!(
            alert[0].contains("This license is already revoked"),
            "{alert:?}"
        );
    }
    let remint = browser.submit_empty_form(&format!("{page}/remint")).await;
    assert_eq!(remint.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn remint_shows_the_new_key_once() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let first = activate_instance(&server, PRO_KEY, 1).await;
    let browser = server.sign_in(Role::Support).await;
    let page = license_path(PRO_KEY);
    let confirm_page = browser.get(&format!("{page}/remint")).await;
    assert!(
        confirm_page.text().contains("Shown only once"),
        "{}",
        confirm_page.text()
    );
    let shown = browser.submit_empty_form(&format!("{page}/remint")).await;
    assert_eq!(
        (shown.status, shown.header("cache-control")),
        (StatusCode::OK, "no-store")
    );
    let html = parse(&shown);
    let key = select_texts(&html, "output[aria-label='New license key']").remove(0);
    assert!(key.starts_with("ACME-") && key.len() == 24, "{key}");
    assert_eq!(
        shown.text().matches(&key).count(),
        1,
        "the key appears only once"
    );
    assert!(
        !shown.text().contains("import("),
        "the page is not hydrated"
    );
    let stored = link_hrefs(&html)
        .into_iter()
        .find(|link| *link == license_path(&key))
        .unwrap();

    assert_eq!(activate(&server, &key, 1).await.status, StatusCode::OK);
    assert_eq!(
        activate(&server, PRO_KEY, 1).await.status,
        StatusCode::NOT_FOUND
    );
    let refused = validate(&server, PRO_KEY, &first).await;
    assert_eq!(refused.json()["error"], "License has been reminted");

    // Going back, reloading or clicking twice does not create a license or show the key again.
    let again = browser.submit_empty_form(&format!("{page}/remint")).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let last = key.rsplit('-').next().unwrap();
    for answer in [
        again,
        browser.get(&format!("{page}/remint")).await,
        browser.get(&stored).await,
        browser.get(&page).await,
    ] {
        parse(&answer);
        assert!(!answer.text().contains(&key));
        assert!(answer.text().contains(last), "the masked key is shown");
    }
    let lineage = select_texts(&parse(&browser.get(&stored).await), ".lineage li");
    assert_eq!(lineage.len(), 2);
    assert!(
        lineage[0].contains("0001") && lineage[1].contains("this license"),
        "{lineage:?}"
    );
}

#[engine_test]
async fn concurrent_remints_create_one_key(server: TestServer) {
    let beside = server.second_server().await;
    let (support, owner) = (
        server.sign_in(Role::Support).await,
        beside.sign_in(Role::Owner).await,
    );
    let path = format!("{}/remint", license_path(PRO_KEY));
    let submissions = (0..8).map(|press| [&support, &owner][press % 2].submit_empty_form(&path));
    let answers = futures::future::join_all(submissions).await;
    let (done, refused): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.status == StatusCode::OK);
    assert_eq!(done.len(), 1);
    let key = select_texts(&parse(done[0]), "output").remove(0);
    assert_eq!(activate(&server, &key, 1).await.status, StatusCode::OK);
    for answer in refused {
        assert_eq!(answer.status, StatusCode::CONFLICT);
        assert!(answer.text().contains("This license is already reminted"));
    }
    let lineage = select_texts(&parse(&owner.get(&license_path(&key)).await), ".lineage li");
    assert_eq!(lineage.len(), 2, "{lineage:?}");
}

#[engine_test]
async fn concurrent_revoke_and_remint_have_one_winner(server: TestServer) {
    let browser = server.sign_in(Role::Support).await;
    let page = license_path(PRO_KEY);
    let (revoke, remint) = (format!("{page}/revoke"), format!("{page}/remint"));
    let (revoked, reminted) = tokio::join!(
        browser.submit_empty_form(&revoke),
        browser.submit_empty_form(&remint)
    );
    let expected = match revoked.status {
        StatusCode::SEE_OTHER => (StatusCode::CONFLICT, "Revoked"),
        _ => (StatusCode::OK, "Reminted"),
    };
    let html = parse(&browser.get(&page).await);
    let shown = select_texts(&html, ".page-title .status").remove(0);
    assert_eq!((reminted.status, shown.as_str()), expected);
    assert!(revoked.status == StatusCode::SEE_OTHER || revoked.status == StatusCode::CONFLICT);
}

#[tokio::test]
async fn deactivating_a_device_keeps_the_others_active() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let (first, second) = (
        activate_instance(&server, PRO_KEY, 1).await,
        activate_instance(&server, PRO_KEY, 2).await,
    );
    let browser = server.sign_in(Role::Support).await;
    let page = license_path(PRO_KEY);
    let path = format!("{page}/instances/{first}/deactivate");
    let html = parse(&browser.get(&path).await);
    assert_eq!(select_texts(&html, "h1"), ["Deactivate Mac 1?"]);
    let done = browser.submit_empty_form(&path).await;
    assert_eq!(
        done.status_and_location(),
        (StatusCode::SEE_OTHER, page.as_str())
    );
    assert_eq!(
        validate(&server, PRO_KEY, &first).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        validate(&server, PRO_KEY, &second).await.status,
        StatusCode::OK
    );
    let html = parse(&browser.get(&page).await);
    let rows = select_texts(&html, "tbody tr");
    let ended = rows.iter().find(|row| row.contains(&first)).unwrap();
    assert!(
        ended.contains("Deactivated") && ended.contains("by support@acme.test"),
        "{ended}"
    );
    assert_eq!(
        select_texts(&html, "#activations + .slots span"),
        ["1 of 3"]
    );
    for again in [
        browser.submit_empty_form(&path).await,
        browser.get(&path).await,
    ] {
        assert_eq!(again.status, StatusCode::CONFLICT);
        assert!(again.text().contains("This device is already deactivated"));
    }
}

#[tokio::test]
async fn cross_site_action_is_rejected() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Owner).await;
    let path = format!("{}/revoke", license_path(PRO_KEY));
    let request = axum::http::Request::post(&path)
        .header(header::COOKIE, &browser.cookie)
        .header(header::HOST, "localhost:3000")
        .header(header::ORIGIN, "https://other.example");
    let answer = server
        .send(request.body(axum::body::Body::empty()).unwrap())
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert_eq!(activate(&server, PRO_KEY, 1).await.status, StatusCode::OK);
}

/// Device names are shown as plain text, and every state of a device has a label.
#[tokio::test]
async fn device_names_are_escaped_and_states_are_labeled() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let key = server
        .insert_license(1, |license| License {
            activation_limit: 9,
            expires_at: Some(NOW.plus_days(3)),
            fallback: true,
            ..license
        })
        .await;
    let name = "<script>alert(1)</script> 田中さん =cmd() \"x\"";
    let body =
        json!({ "license_key": key, "machine_hash": format!("{:064}", 1), "instance_name": name });
    let activated: Value = server
        .post_device("/acme/notes/activate", &body)
        .await
        .json();
    let first = activated["instance_id"].as_str().unwrap().to_owned();
    let browser = server.sign_in(Role::Owner).await;
    let answer = browser.get(&license_path(&key)).await;
    let html = parse(&answer);
    assert_eq!(select_texts(&html, "bdi.device-name"), [name]);
    server.context.clock.set(NOW.plus_days(4));
    validate(&server, &key, &first).await;
    server.context.store.flush().await;
    // The session from four days ago has expired.
    let browser = server.sign_in(Role::Owner).await;
    let html = parse(&browser.get(&license_path(&key)).await);
    assert_eq!(select_texts(&html, ".page-title .status"), ["Expired"]);
    let row = &select_texts(&html, "tbody tr")[0];
    assert!(
        row.contains("Reduced mode") && row.contains("no end date"),
        "{row}"
    );
    let confirm_page = browser.get(&format!("{}/revoke", license_path(&key))).await;
    assert!(confirm_page.text().contains("no end date"));
    let remint = browser.get(&format!("{}/remint", license_path(&key))).await;
    assert!(remint.text().contains("The new key is expired, too."));
}
