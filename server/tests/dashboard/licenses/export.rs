//! CSV export of licenses: access, contents and audit entries.

use std::io::Read;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use flate2::read::GzDecoder;
use futures::FutureExt;
use keywright_api_types::page::PageRequest;
use keywright_domain::{
    audit::Action,
    license::{Customer, License, LicenseState},
    license_key::LicenseKey,
    role::Role,
};
use keywright_store::{AuditEntryFilter, StoreError};
use keywright_testing::{Engine, NOW, engine_test};
use scraper::{Html, Selector};

use crate::support::{
    Browser, TestResponse, TestServer, acme_caller,
    html::{parse, select_texts},
};

pub(crate) type Row = Vec<String>;

/// Parses the CSV strictly: every row has as many cells as the header, and lines end in CRLF as
/// RFC 4180 requires.
pub(crate) fn parse_csv(answer: &TestResponse) -> (Row, Vec<Row>) {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(
        answer
            .header("content-type")
            .starts_with("text/csv; charset=utf-8")
    );
    let name = "attachment; filename=\"keywright-acme-licenses.csv\"";
    assert_eq!(answer.header("content-disposition"), name);
    let text = answer.text();
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let head = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    let rows = reader
        .records()
        .map(|row| row.unwrap().iter().map(str::to_owned).collect());
    let rows: Vec<Row> = rows.collect();
    assert!(text.matches("\r\n").count() > rows.len(), "CRLF");
    assert_eq!(answer.header("x-total-count"), rows.len().to_string());
    assert_eq!(answer.header("x-request-id").len(), 32);
    (head, rows)
}

pub(crate) async fn list_export_entries(
    server: &TestServer,
) -> Vec<keywright_store::RecordedAuditEntry> {
    let acme = acme_caller();
    let everything = AuditEntryFilter::default();
    let entries = server.context.store.list_audit_entries(
        acme.tenant_id(),
        &everything,
        PageRequest::First,
        500,
        NOW,
    );
    let entries = entries.await.unwrap();
    let exports = entries
        .into_iter()
        .filter(|entry| entry.action == Action::CsvExport);
    exports.collect()
}

/// Returns the display keys and statuses on all pages of the list.
async fn list_rows(browser: &Browser<'_>, query: &str) -> Vec<(String, String)> {
    let mut path = format!("/licenses{query}");
    let mut rows = Vec::new();
    loop {
        let html = parse(&browser.get(&path).await);
        let keys = select_texts(&html, "tbody .cell-key").into_iter();
        let statuses = select_texts(&html, "tbody .cell-status").into_iter();
        rows.extend(keys.zip(statuses.map(|status| status.to_lowercase())));
        let next = Selector::parse("a[rel=next][href]").unwrap();
        match html.select(&next).next() {
            Some(link) => link.attr("href").unwrap().clone_into(&mut path),
            None => return rows,
        }
    }
}

#[engine_test]
async fn export_has_the_same_rows_as_the_filtered_list(server: TestServer) {
    let odd_address = "\"q\",;\r\n😀 =cmd()@x.example";
    for (number, email) in (1..).zip([odd_address, "=cmd()@x.example", "\t=1@x.example"]) {
        let customer = Customer {
            name: None,
            email: Some(email.to_owned()),
        };
        server
            .insert_license(number, |license| License {
                customer,
                ..license
            })
            .await;
    }
    let support = server.sign_in(Role::Support).await;
    for query in [
        "",
        "?status=active",
        "?status=expired",
        "?status=revoked&product=notes",
        "?q=qamar",
        "?product=studio",
    ] {
        let (head, rows) = parse_csv(&support.get(&format!("/licenses.csv{query}")).await);
        assert_eq!(
            head.join(", "),
            "id, display_key, product, key_type, status, activations, activation_limit, customer_email, created_at, \
             expires_at"
        );
        let found: Vec<_> = rows
            .iter()
            .map(|row| (row[1].clone(), row[4].clone()))
            .collect();
        assert_eq!(found, list_rows(&support, query).await, "{query}");
        assert!(!found.is_empty(), "{query}");
        for row in rows {
            assert!(
                row[8].ends_with('Z') && (row[9].is_empty() || row[9].ends_with('Z')),
                "{row:?}"
            );
        }
    }
    // A term that looks percent-encoded is searched for literally, by the list and by the export.
    assert!(list_rows(&support, "?q=q%2561mar").await.is_empty());
    let (_, all) = parse_csv(&support.get("/licenses.csv").await);
    for email in [odd_address, "'=cmd()@x.example", "'\t=1@x.example"] {
        assert!(all.iter().any(|row| row[7] == email), "{email:?}");
    }
    let entries = list_export_entries(&server).await;
    assert_eq!(entries.len(), 7, "one entry per export");
    assert!(
        entries
            .iter()
            .all(|entry| entry.actor.name == "support@acme.test")
    );
    // The search term may be a key, so it is not recorded.
    let searched = entries
        .iter()
        .filter(|entry| entry.details["searched"] == true);
    assert_eq!(searched.count(), 1);
    assert!(
        entries
            .iter()
            .all(|entry| !entry.details.to_string().contains("qamar"))
    );
    assert!(
        entries.iter().any(
            |entry| entry.details["status"] == "revoked" && entry.details["product"] == "notes"
        )
    );
}

/// Returns an unusual customer email and the CSV cell that represents it.
fn odd_email(number: u32) -> (String, String) {
    let (apostrophe, email) = match number % 6 {
        0 => ("", format!("\"{number}\", said\r\nshe;@x.example")),
        1 => ("", format!("😀 {number}@x.example")),
        2 => ("'", format!("=cmd({number})@x.example")),
        3 => ("'", format!("\t={number}@x.example")),
        4 => ("", format!("a\nb,{number}@x.example")),
        _ => ("", format!("plain-{number}@x.example")),
    };
    (email.clone(), format!("{apostrophe}{email}"))
}

/// Inserts `count` licenses for `studio`, at most 10,000, all with the same creation time.
pub(crate) async fn insert_many_licenses(server: &TestServer, count: u32) {
    let added = server.context.store.write(move |tx| {
        async move {
            for number in 0..count {
                let key = LicenseKey::parse(&format!("ACME-MANY-0000-{number:04}"))
                    .ok()
                    .unwrap();
                let license = License {
                    tenant_id: "acme".parse().unwrap(),
                    id: key.id(),
                    product_id: "studio".parse().unwrap(),
                    key_type_id: "default".parse().unwrap(),
                    display_key: key.display_key(&"ACME".parse().unwrap()),
                    state: LicenseState::Active,
                    created_at: NOW,
                    expires_at: None,
                    activation_limit: 1,
                    active_count: 0,
                    entitlements: std::iter::empty().collect(),
                    fallback: false,
                    customer: Customer {
                        name: None,
                        email: Some(odd_email(number).0),
                    },
                    predecessor_id: None,
                    successor_id: None,
                };
                tx.insert_license(&license).await?;
            }
            Ok::<_, StoreError>(())
        }
        .boxed()
    });
    added.await.unwrap();
}

#[engine_test]
async fn export_of_ten_thousand_licenses_has_each_once(server: TestServer) {
    insert_many_licenses(&server, 10_000).await;
    let admin = server.sign_in(Role::Admin).await;
    let (_, rows) = parse_csv(&admin.get("/licenses.csv").await);
    let many = rows
        .iter()
        .filter(|row| row[3] == "default" && row[8].starts_with("2026-06-09T10:13:20"));
    let mut cells: Vec<_> = many.map(|row| row[7].clone()).collect();
    let mut expected: Vec<_> = (0..10_000).map(|number| odd_email(number).1).collect();
    cells.sort();
    expected.sort();
    assert!(
        cells == expected,
        "each customer has a cell with the unmodified email"
    );
    let mut ids: Vec<_> = rows.iter().map(|row| &row[0]).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), rows.len(), "no duplicate license");
    let (head, none) = empty_export_size(&admin).await;
    assert_eq!((head, none), (10, 0), "an empty export has a header");
}

async fn empty_export_size(browser: &Browser<'_>) -> (usize, usize) {
    let (head, rows) = parse_csv(&browser.get("/licenses.csv?q=nobody-at-all").await);
    (head.len(), rows.len())
}

#[tokio::test]
async fn export_is_compressed() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let support = server.sign_in(Role::Support).await;
    let request = Request::get("/licenses.csv")
        .header(header::COOKIE, &support.cookie)
        .header(header::ACCEPT_ENCODING, "gzip");
    let compressed = server.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(compressed.header("content-encoding"), "gzip");
    let mut text = String::new();
    let mut decoder = GzDecoder::new(compressed.body.as_ref());
    decoder.read_to_string(&mut text).unwrap();
    assert_eq!(text, support.get("/licenses.csv").await.text());
}

#[tokio::test]
async fn export_requires_the_role_and_the_plan() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    for role in Role::ALL {
        let browser = server.sign_in(role).await;
        let answer = browser.get("/licenses.csv").await;
        let expected = if role >= Role::Support {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        assert_eq!(answer.status, expected, "{role:?}");
        let html = parse(&browser.get("/licenses?status=active&sort=expires").await);
        assert_eq!(
            export_href(&html),
            (role >= Role::Support).then(|| "/licenses.csv?status=active".to_owned())
        );
    }
    assert_eq!(
        list_export_entries(&server).await.len(),
        3,
        "no entry for the rejected export"
    );
    let indie = server.sign_in_as("owner@indie.test").await;
    let refused = indie.get("/licenses.csv").await;
    assert_eq!(refused.status, StatusCode::PAYMENT_REQUIRED);
    assert!(refused.text().contains("Enterprise"), "{}", refused.text());
    let html = parse(&indie.get("/licenses").await);
    assert_eq!(export_href(&html), None);
    assert_eq!(select_texts(&html, "button[disabled]"), ["Export CSV"]);
    let reason = &select_texts(&html, "#why-no-export")[0];
    assert_eq!(
        reason,
        "CSV export requires the Enterprise plan. You're on Free."
    );
    let stranger = server.get("/licenses.csv").await;
    assert_eq!(
        stranger.status_and_location(),
        (StatusCode::SEE_OTHER, "/login?next=%2Flicenses.csv")
    );
}

fn export_href(html: &Html) -> Option<String> {
    let download = Selector::parse("a[download]").unwrap();
    let link = html.select(&download).next()?;
    Some(link.attr("href").unwrap().to_owned())
}
