//! The audit log page: access, wording, filters and paging.

use axum::http::StatusCode;
use keywright_domain::{
    audit::{Action, ActorKind},
    license::License,
    license_key::LicenseKey,
    role::Role,
};
use keywright_store::NewAuditEntry;
use keywright_testing::{Engine, NOW, engine_test};
use scraper::{Html, Selector};
use serde_json::json;

use super::licenses::export::insert_many_licenses;
use crate::support::{
    Browser, PRO_KEY, TestResponse, TestServer, acme_caller,
    html::{parse, select_texts},
    license_id,
};

impl Browser<'_> {
    /// Submits the filter form.
    async fn submit_filters(&self, filters: &[(&str, &str)]) -> TestResponse {
        let mut form = String::new();
        for (name, value) in filters {
            form.push_str(name);
            form.push('=');
            form.extend(value.bytes().map(|byte| format!("%{byte:02X}")));
            form.push('&');
        }
        self.server
            .post_form("/audit/find", &form, Some(&self.cookie))
            .await
    }

    /// Submits the filter form and returns the URL it redirects to.
    async fn filter_location(&self, filters: &[(&str, &str)]) -> String {
        let answer = self.submit_filters(filters).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{filters:?}");
        answer.header("location").to_owned()
    }

    async fn get_log(&self, path: &str) -> Html {
        let answer = self.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        parse(&answer)
    }
}

fn sentences(html: &Html) -> Vec<String> {
    select_texts(html, "tbody .cell-what > p")
}

fn actions(html: &Html) -> Vec<String> {
    select_texts(html, "tbody .cell-action")
}

fn first_href(html: &Html, selector: &str) -> Option<String> {
    let selector = Selector::parse(selector).unwrap();
    Some(html.select(&selector).next()?.attr("href")?.to_owned())
}

fn entry_ids(html: &Html) -> Vec<String> {
    let facts = select_texts(html, "tbody .description-list > div");
    let ids = facts
        .iter()
        .filter_map(|fact| fact.strip_prefix("Entry ID"));
    ids.map(str::to_owned).collect()
}

#[engine_test]
async fn each_entry_is_a_sentence_that_links_to_its_license(server: TestServer) {
    server.context.clock.set(NOW.plus_days(1));
    let support = server.sign_in(Role::Support).await;
    let pro = license_id(PRO_KEY);
    support
        .submit_empty_form(&format!("/licenses/{pro}/revoke"))
        .await;
    for role in Role::ALL {
        let browser = server.sign_in(role).await;
        let html = browser.get_log("/audit?action=revoke").await;
        assert_eq!(select_texts(&html, "title"), ["Audit log · Keywright"]);
        assert_eq!(
            sentences(&html)[0],
            "support@acme.test revoked ACME-XXXX-···-0001",
            "{role:?}"
        );
        assert_eq!(
            first_href(&html, "tbody .cell-what a"),
            Some(format!("/licenses/{pro}"))
        );
        assert_eq!(
            select_texts(&html, "tbody time")[0],
            "10 Jun 2026, 10:13:20"
        );
        assert_eq!(actions(&html)[0], "revoke");
        let facts = select_texts(&html, "tbody tr:first-child .description-list > div");
        assert!(facts.contains(&format!("License ID{pro}")), "{facts:?}");
    }
    // The license page shows the same entry and links to the log.
    let html = support.get_log(&format!("/licenses/{pro}")).await;
    assert_eq!(
        select_texts(&html, ".timeline li p")[0],
        "support@acme.test revoked this license"
    );
    assert!(
        select_texts(&html, ".timeline .description-list > div")
            .contains(&format!("License ID{pro}"))
    );
    let about = first_href(&html, ".section-head a").unwrap();
    assert_eq!(about, format!("/audit?license={pro}"));
    let html = support.get_log(&about).await;
    assert_eq!(actions(&html), ["revoke", "manual_mint"]);
}

#[engine_test]
async fn paging_shows_each_entry_once_in_both_directions(server: TestServer) {
    let viewer = server.sign_in(Role::Viewer).await;
    let read = async |rel: &str, start: &str| {
        let (mut path, mut ids, mut pages) = (start.to_owned(), Vec::new(), 0);
        loop {
            let html = viewer.get_log(&path).await;
            ids.push(entry_ids(&html));
            pages += 1;
            match first_href(&html, &format!("a[rel={rel}][href]")) {
                Some(href) => path = href,
                None => return (ids, path, pages),
            }
        }
    };
    let (forwards, last, pages) = read("next", "/audit").await;
    assert!(pages > 2);
    let (mut backwards, _, _) = read("prev", &last).await;
    backwards.reverse();
    let (all, backwards_ids): (Vec<_>, Vec<_>) = (forwards.concat(), backwards.concat());
    assert_eq!(backwards_ids, all);
    let count = select_texts(&viewer.get_log("/audit").await, ".filters-count strong");
    assert_eq!(count, [all.len().to_string()]);
    let mut unique = all.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), all.len());
}

#[engine_test]
async fn each_filter_returns_only_matching_entries(server: TestServer) {
    let admin = server.sign_in(Role::Admin).await;
    let html = admin.get_log("/audit").await;
    let operators: Vec<String> = {
        let option = Selector::parse("select[name=by] option").unwrap();
        let options = html
            .select(&option)
            .map(|option| option.attr("value").unwrap().to_owned());
        options.collect()
    };
    let names = select_texts(&html, "select[name=by] option");
    let admins = names
        .iter()
        .position(|name| name == "admin@acme.test")
        .unwrap();
    let path = admin
        .filter_location(&[("by", &operators[admins]), ("action", ""), ("q", "")])
        .await;
    assert_eq!(path, format!("/audit?by={}", operators[admins]));
    let html = admin.get_log(&path).await;
    assert!(!sentences(&html).is_empty());
    assert!(
        sentences(&html)
            .iter()
            .all(|sentence| sentence.starts_with("admin@acme.test "))
    );

    let path = admin
        .filter_location(&[("action", "remint"), ("by", "command_line")])
        .await;
    assert_eq!(path, "/audit?action=remint&by=command_line");
    let path = admin
        .filter_location(&[
            ("action", "remint"),
            ("from", "2020-01-01"),
            ("to", "2026-06-09"),
        ])
        .await;
    assert_eq!(path, "/audit?action=remint&from=2020-01-01&to=2026-06-09");
    let html = admin.get_log(&path).await;
    assert!(!actions(&html).is_empty() && actions(&html).iter().all(|action| action == "remint"));
    let chosen = Selector::parse("select[name=action] option[selected]").unwrap();
    assert_eq!(
        html.select(&chosen).next().unwrap().attr("value"),
        Some("remint"),
        "the form shows the current filter"
    );
    let from = Selector::parse("input[name=from]").unwrap();
    assert_eq!(
        html.select(&from).next().unwrap().attr("value"),
        Some("2020-01-01")
    );

    let none = admin.get_log("/audit?action=remint&to=2020-01-01").await;
    assert_eq!(
        select_texts(&none, ".empty-state h2"),
        ["No matching entries"]
    );
    assert_eq!(select_texts(&none, ".filters-count"), ["0 entries"]);
    for mangled in [
        "/audit?action=%27&by=1&license=x&from=soon&after=9~9",
        "/audit?before=1~00000000-0000-4000-8000-000000000001",
    ] {
        assert_eq!(
            entry_ids(&admin.get_log(mangled).await).len(),
            25,
            "{mangled}"
        );
    }
}

#[engine_test]
async fn license_is_found_by_key_id_or_list_search(server: TestServer) {
    let viewer = server.sign_in(Role::Viewer).await;
    let id = license_id(PRO_KEY).to_string();
    let about = format!("/audit?license={id}");
    for typed in [
        PRO_KEY,
        " acme pro0 0000 0001\n",
        &id,
        "Key: ACME_PRO0_0000_0001.",
    ] {
        assert_eq!(
            viewer.filter_location(&[("q", typed)]).await,
            about,
            "{typed:?}"
        );
    }
    // Other filters are kept, and a new license replaces the current one.
    assert_eq!(
        viewer
            .filter_location(&[("license", &id), ("action", "revoke"), ("q", "")])
            .await,
        format!("/audit?action=revoke&license={id}")
    );
    let path = viewer
        .filter_location(&[("license", &id), ("q", "pro@customer.test")])
        .await;
    assert_eq!(path, "/audit?q=pro%40customer.test");
    let html = viewer.get_log(&path).await;
    assert!(!sentences(&html).is_empty());
    assert!(
        sentences(&html)
            .iter()
            .all(|sentence| sentence.ends_with("0001")),
        "{:?}",
        sentences(&html)
    );
    let html = viewer.get_log(&about).await;
    assert!(select_texts(&html, ".audit-scope")[0].starts_with("About ACME-XXXX-···-0001"));
    assert_eq!(
        first_href(&html, ".audit-scope .button"),
        Some("/audit".to_owned())
    );

    for typed in ["ACME-NEVR-SEEN-0000-0009", "<STDO-NEVR-SEEN-2222-2229>"] {
        let answer = viewer
            .submit_filters(&[("q", typed), ("action", "revoke")])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert_eq!(
            select_texts(&parse(&answer), ".empty-state h2"),
            ["No license has this key"]
        );
        let text = answer.text().to_uppercase();
        assert!(!text.contains("NEVR") && !text.contains("SEEN"), "{text}");
    }
    for path in ["/audit/find", "/audit/find/none"] {
        let backwards_ids = viewer.get(path).await;
        assert_eq!(
            backwards_ids.status_and_location(),
            (StatusCode::SEE_OTHER, "/audit"),
            "{path}"
        );
    }
    // A key that looks like a license ID.
    let hex_key = "ab12".repeat(16);
    let hex_id = LicenseKey::parse(&hex_key).ok().unwrap().id();
    server
        .insert_license(1, |license| License {
            id: hex_id,
            ..license
        })
        .await;
    assert_eq!(
        viewer.filter_location(&[("q", &hex_key)]).await,
        format!("/audit?license={hex_id}")
    );
    // Another tenant's license is not found.
    let indie = server.sign_in_as("owner@indie.test").await;
    let html = indie.get_log(&about).await;
    assert!(select_texts(&html, ".audit-scope")[0].starts_with("No license has this ID."));
    assert_eq!(sentences(&html).len(), 0);
    assert!(!indie.get("/audit").await.text().contains("acme"));
}

#[tokio::test]
async fn broad_searches_and_malformed_forms_are_reported() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    insert_many_licenses(&server, 1_200).await;
    let viewer = server.sign_in(Role::Viewer).await;
    let html = viewer.get_log("/audit?q=x.example").await;
    assert_eq!(select_texts(&html, ".empty-state h2"), ["Too many matches"]);
    assert_eq!(select_texts(&html, ".filters-count"), ["0 entries"]);
    let html = viewer.get_log("/audit?q=plain-5%40x.example").await;
    assert_eq!(
        select_texts(&html, ".empty-state h2"),
        ["No matching entries"],
        "licenses inserted directly have no entries"
    );
    let twice = viewer.submit_filters(&[("q", "a"), ("q", "b")]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(select_texts(&parse(&twice), "main h1"), ["Bad request"]);
}

/// Every action renders as a sentence, even if its details are missing.
#[tokio::test]
async fn every_action_has_a_sentence() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let owner = server.sign_in(Role::Owner).await;
    for (number, action) in (1_u32..).zip(Action::ALL) {
        let entry = NewAuditEntry {
            id: format!("00000000-0000-4000-8000-{number:012}")
                .parse()
                .unwrap(),
            tenant_id: acme_caller().tenant_id().clone(),
            created_at: NOW.plus_days(1),
            actor: keywright_domain::audit::Actor {
                kind: ActorKind::System,
                id: None,
                name: "<system>".to_owned(),
            },
            action,
            license_id: None,
            successor_id: None,
            details: json!({ "kid": "k9", "email": "<b>\u{202e}x@x.test", "role": "owner" }),
        };
        let record = server
            .context
            .store
            .write(move |tx| Box::pin(async move { tx.insert_audit_entry(&entry).await }));
        record.await.unwrap();
    }
    let html = owner.get_log("/audit?by=system").await;
    // A page has 25 entries.
    let next = Selector::parse("a[rel=next]").unwrap();
    let next = html.select(&next).next().unwrap().attr("href").unwrap();
    let rest = owner.get_log(next).await;
    let shown = sentences(&html).len() + sentences(&rest).len();
    assert_eq!(shown, Action::ALL.len());
    // User input is isolated, so that its text direction does not affect the sentence.
    let typed = select_texts(&html, "tbody .cell-what > p bdi");
    assert!(
        typed.contains(&"<b>\u{202e}x@x.test".to_owned()),
        "{typed:?}"
    );
    for html in [&html, &rest] {
        for (sentence, action) in sentences(html).iter().zip(actions(html)) {
            let words = sentence.strip_prefix("<system> ").unwrap();
            assert!(
                words.contains(' ') && !words.ends_with(&action),
                "{sentence}"
            );
        }
    }
}

#[tokio::test]
async fn audit_log_requires_signing_in() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    for (path, login) in [
        ("/audit", "/login?next=%2Faudit"),
        ("/audit/find", "/login?next=%2Faudit%2Ffind"),
    ] {
        let answer = server.get(path).await;
        assert_eq!(
            answer.status_and_location(),
            (StatusCode::SEE_OTHER, login),
            "{path}"
        );
    }
    let posted = server.post_form("/audit/find", "action=revoke", None).await;
    assert_eq!(
        posted.status_and_location(),
        (StatusCode::SEE_OTHER, "/login")
    );
}

#[tokio::test]
async fn audit_log_works_without_scripts_and_reports_failures() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let viewer = server.sign_in(Role::Viewer).await;
    let page = viewer.get("/audit").await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!page.text().to_uppercase().contains("HYDRATE"));
    server
        .context
        .database
        .execute("ALTER TABLE licenses RENAME COLUMN display_key TO hidden")
        .await;
    let failed = viewer.get("/audit").await;
    assert_eq!(failed.status, StatusCode::INTERNAL_SERVER_ERROR);
    let html = parse(&failed);
    assert_eq!(
        select_texts(&html, "main h2"),
        ["Couldn't load the audit log"]
    );
    assert_eq!(
        select_texts(&html, ".metadata code").len(),
        1,
        "the request ID"
    );
}
