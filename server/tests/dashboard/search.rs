//! Filtering, sorting and searching the license list without scripts.

use axum::http::StatusCode;
use keywright_domain::role::Role;
use keywright_testing::{Engine, engine_test};
use scraper::{Html, Selector};
use serde_json::json;

use crate::support::{
    Browser, PRO_KEY, TestResponse, TestServer,
    html::{parse, select_texts},
    license_id,
};

impl Browser<'_> {
    async fn search(&self, typed: &str, other_fields: &str) -> TestResponse {
        let mut form = "q=".to_owned();
        form.extend(typed.bytes().map(|byte| format!("%{byte:02X}")));
        let form = format!("{form}{other_fields}");
        let path = "/licenses/find";
        self.server.post_form(path, &form, Some(&self.cookie)).await
    }
}

fn link_href(html: &Html, selector: &str) -> String {
    let selector = Selector::parse(selector).unwrap();
    let link = html.select(&selector).next().unwrap();
    link.attr("href").unwrap_or_default().to_owned()
}

fn statuses(html: &Html) -> Vec<String> {
    select_texts(html, "tbody .cell-status")
}

/// A complete key in any spelling opens its license and never appears in a URL.
#[engine_test]
async fn pasted_key_opens_its_license(server: TestServer) {
    let viewer = server.sign_in(Role::Viewer).await;
    let expected = format!("/licenses/{}", license_id(PRO_KEY));
    for typed in [
        PRO_KEY,
        " acme pro0 0000 0001\n",
        "ACMEPRO000000001",
        "ACME–PRO0–0000–0001",
        "\"ACME-PRO0-0000-0001\"",
        "Key: ACME_PRO0_0000_0001.",
        "https://x.example/?key=ACME-PRO0-0000-0001",
    ] {
        let answer = viewer.search(typed, "&status=revoked").await;
        assert_eq!(
            answer.status_and_location(),
            (StatusCode::SEE_OTHER, expected.as_str()),
            "{typed:?}"
        );
    }
}

#[engine_test]
async fn unknown_key_is_not_echoed(server: TestServer) {
    let viewer = server.sign_in(Role::Viewer).await;
    for typed in [
        "ACME-NEVR-SEEN-0000-0009",
        "stdo nevr seen 0009",
        "<ACME-NEVR-SEEN-2222-2229>",
    ] {
        let answer = viewer.search(typed, "").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(answer.header("cache-control"), "no-store");
        let html = parse(&answer);
        assert_eq!(
            select_texts(&html, ".empty-state h2"),
            ["No license has this key"]
        );
        let text = answer.text().to_uppercase();
        assert!(!text.contains("NEVR") && !text.contains("SEEN"), "{text}");
        assert!(!text.contains("HYDRATE"), "the page is not hydrated");
    }
    for path in ["/licenses/find", "/licenses/find/none"] {
        let again = viewer.get(path).await;
        let led = again.status_and_location();
        assert_eq!(led, (StatusCode::SEE_OTHER, "/licenses"), "{path}");
    }
}

#[engine_test]
async fn other_terms_search_the_list_within_its_filters(server: TestServer) {
    let viewer = server.sign_in(Role::Viewer).await;
    let uuid = "00000000-0000-4000-8000-0000acme0001";
    for (typed, other_fields, expected) in [
        ("pro@customer.test", "", "/licenses?q=pro%40customer.test"),
        (
            "  Ada  ",
            "&status=active&product=notes&sort=expires",
            "/licenses?q=Ada&status=active&product=notes&sort=expires",
        ),
        ("7B2D", "&after=1~2", "/licenses?q=7B2D"),
        ("ACME-PRO0", "&status=nonsense", "/licenses?q=ACME-PRO0"),
        (uuid, "", "/licenses?q=00000000-0000-4000-8000-0000acme0001"),
        ("ada example com", "", "/licenses?q=ada%20example%20com"),
        ("", "", "/licenses"),
        (" \n", "&status=revoked", "/licenses?status=revoked"),
    ] {
        let answer = viewer.search(typed, other_fields).await;
        assert_eq!(
            answer.status_and_location(),
            (StatusCode::SEE_OTHER, expected),
            "{typed:?}"
        );
        assert_eq!(
            viewer.get(expected).await.status,
            StatusCode::OK,
            "{expected}"
        );
    }
    let duplicate = server
        .post_form("/licenses/find", "q=a&q=b", Some(&viewer.cookie))
        .await;
    assert_eq!(
        duplicate.status_and_location(),
        (StatusCode::SEE_OTHER, "/licenses"),
        "duplicate terms are ignored"
    );
    let stranger = server.post_form("/licenses/find", "q=a", None).await;
    assert_eq!(
        stranger.status_and_location(),
        (StatusCode::SEE_OTHER, "/login")
    );
}

#[engine_test]
async fn license_is_found_by_device_name_and_instance_id(server: TestServer) {
    let body = json!({ "license_key": PRO_KEY, "machine_hash": "1".repeat(64), "instance_name": "Türmchen 7" });
    let answer = server.post_device("/acme/notes/activate", &body).await;
    let instance = answer.json()["instance_id"].as_str().unwrap().to_owned();
    let viewer = server.sign_in(Role::Viewer).await;
    for typed in ["TÜRMCHEN", instance.as_str(), &instance[..20]] {
        let answer = viewer.search(typed, "").await;
        let html = parse(&viewer.get(answer.header("location")).await);
        assert_eq!(
            select_texts(&html, "tbody .cell-key"),
            ["ACME-XXXX-···-0001"],
            "{typed:?}"
        );
    }
}

#[tokio::test]
async fn filters_and_sort_order_are_kept_in_every_link() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let viewer = server.sign_in(Role::Viewer).await;
    for (name, word) in [
        ("active", "Active"),
        ("expired", "Expired"),
        ("reminted", "Reminted"),
        ("revoked", "Revoked"),
    ] {
        let path = format!("/licenses?status={name}&sort=-activations");
        let html = parse(&viewer.get(&path).await);
        let found = statuses(&html);
        assert!(
            !found.is_empty() && found.iter().all(|status| status == word),
            "{found:?}"
        );
        let checked = format!("input[name=status][value={name}][checked]");
        assert_eq!(
            html.select(&Selector::parse(&checked).unwrap()).count(),
            1,
            "{name}"
        );
        assert_eq!(
            select_texts(&html, "th[aria-sort=descending]"),
            ["Activations"]
        );
        assert_eq!(select_texts(&html, "th[aria-sort]").len(), 1);
        let reversed = link_href(&html, "th[aria-sort] a");
        assert_eq!(
            reversed,
            format!("/licenses?status={name}&sort=activations")
        );
        let count = &select_texts(&html, ".filters-count")[0];
        assert!(
            count.contains(" of ") && count.ends_with(" licenses"),
            "{count}"
        );
    }
    let html = parse(&viewer.get("/licenses?status=active&product=notes").await);
    assert!(
        select_texts(&html, "tbody .cell-product")
            .iter()
            .all(|product| product == "Notes")
    );
    assert_eq!(select_texts(&html, "option[selected]"), ["Notes"]);
    let next = link_href(&html, "a[rel=next]");
    assert!(
        next.starts_with("/licenses?status=active&product=notes&after="),
        "{next}"
    );
    let second = parse(&viewer.get(&next).await);
    let previous = link_href(&second, "a[rel=prev]");
    assert!(
        previous.starts_with("/licenses?status=active&product=notes&before="),
        "{previous}"
    );
}

#[tokio::test]
async fn empty_result_shows_the_query_and_how_to_widen_it() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let viewer = server.sign_in(Role::Viewer).await;
    let answer = viewer
        .get("/licenses?q=%3Cb%3Enobody&status=revoked&product=studio")
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    let html = parse(&answer);
    assert_eq!(
        select_texts(&html, ".empty-state h2"),
        ["No matching licenses"]
    );
    let sentence = &select_texts(&html, ".empty-state > p")[0];
    assert!(
        sentence.contains("in Studio with the status Revoked for “<b>nobody”"),
        "{sentence}"
    );
    let count = &select_texts(&html, ".filters-count")[0];
    assert!(
        count.starts_with("0 of ") && count.ends_with(" licenses"),
        "{count}"
    );
    assert_eq!(link_href(&html, ".empty-state a"), "/licenses");
    assert_eq!(
        link_href(&html, ".empty-state a:nth-of-type(2)"),
        "/licenses?q=%3Cb%3Enobody"
    );
    let typed = Selector::parse("input[type=search][value='<b>nobody']").unwrap();
    assert_eq!(html.select(&typed).count(), 1, "the search term is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_reports_prefix_only_search() {
    let server = TestServer::with_demo_data(Engine::Postgres).await;
    let ready = json!({ "status": "ok", "database": "ok" });
    assert_eq!(server.get("/ready").await.json(), ready);
    let without_trigrams = "DROP INDEX license_texts_parts";
    server.context.database.execute(without_trigrams).await;
    let second = server.second_server().await;
    let ready = second.get("/ready").await;
    assert_eq!(ready.status, StatusCode::OK);
    let sentence = ready.json()["search"].clone();
    assert!(sentence.as_str().unwrap().contains("pg_trgm"), "{sentence}");
    let viewer = second.sign_in(Role::Viewer).await;
    for (term, found) in [("customer.test", true), ("ustomer.test", false)] {
        let html = parse(&viewer.get(&format!("/licenses?q={term}")).await);
        assert_eq!(!select_texts(&html, "tbody tr").is_empty(), found, "{term}");
    }
}
