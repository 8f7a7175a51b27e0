//! CSV exports requested by a page script: error responses, and streaming on demand.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use http_body_util::BodyExt;
use keywright_domain::role::Role;
use keywright_testing::{Engine, engine_test};
use serde_json::{Value, json};

use super::export::{Row, insert_many_licenses, list_export_entries, parse_csv};
use crate::support::{TestResponse, TestServer};

/// Builds a request as a page script sends it.
fn script_request(cookie: &str) -> axum::http::request::Builder {
    Request::get("/licenses.csv")
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, "text/csv, application/json")
}

async fn send(server: &TestServer, call: axum::http::request::Builder) -> TestResponse {
    server.send(call.body(Body::empty()).unwrap()).await
}

fn expect_error(answer: &TestResponse, status: StatusCode, code: &str) -> Value {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/json");
    let error = answer.json();
    assert_eq!(error["code"], code);
    assert_eq!(
        error["request_id"].as_str().map(str::len),
        Some(32),
        "{error}"
    );
    error
}

#[tokio::test]
async fn script_requests_get_json_errors() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let viewer = server.sign_in(Role::Viewer).await;
    let refused = send(&server, script_request(&viewer.cookie)).await;
    expect_error(&refused, StatusCode::FORBIDDEN, "forbidden");

    let indie = server.sign_in_as("owner@indie.test").await;
    let refused = send(&server, script_request(&indie.cookie)).await;
    let error = expect_error(&refused, StatusCode::PAYMENT_REQUIRED, "plan_required");
    assert!(error["message"].as_str().unwrap().contains("Enterprise"));

    let nobody = send(&server, script_request("keywright_session=none")).await;
    expect_error(&nobody, StatusCode::UNAUTHORIZED, "unauthenticated");

    let support = server.sign_in(Role::Support).await;
    let twice = script_request(&support.cookie).uri("/licenses.csv?q=a&q=b");
    expect_error(
        &send(&server, twice).await,
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid",
    );
    let whole = send(&server, script_request(&support.cookie)).await;
    assert!(!parse_csv(&whole).1.is_empty());
}

#[tokio::test]
async fn browser_requests_get_html_errors() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let viewer = server.sign_in(Role::Viewer).await;
    let browsers = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8";
    let request = Request::get("/licenses.csv")
        .header(header::COOKIE, &viewer.cookie)
        .header(header::ACCEPT, browsers);
    let refused = send(&server, request).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_ne!(refused.header("content-type"), "application/json");
    let request = Request::get("/licenses.csv").header(header::ACCEPT, browsers);
    let redirect = send(&server, request).await;
    assert_eq!(redirect.header("location"), "/login?next=%2Flicenses.csv");
}

#[tokio::test]
async fn outdated_page_cannot_export() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let support = server.sign_in(Role::Support).await;
    let page = support.get("/licenses").await.text();
    let page_attribute = |name: &str| {
        let (_, rest) = page.split_once(&format!("{name}=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let (build, operator) = (
        page_attribute("data-build"),
        page_attribute("data-operator"),
    );
    for (build, operator, status) in [
        (build.as_str(), operator.as_str(), StatusCode::OK),
        ("another", operator.as_str(), StatusCode::CONFLICT),
        (build.as_str(), "another", StatusCode::CONFLICT),
    ] {
        let call = script_request(&support.cookie)
            .header("keywright-build", build)
            .header("keywright-operator", operator);
        let answer = send(&server, call).await;
        if status == StatusCode::OK {
            assert_eq!(answer.status, status);
        } else {
            expect_error(&answer, status, "outdated");
        }
    }
    assert_eq!(list_export_entries(&server).await.len(), 1);
}

/// Memory use does not grow with the number of licenses, even if the client reads slowly.
#[engine_test]
async fn export_queries_rows_only_when_the_client_needs_them(server: TestServer) {
    insert_many_licenses(&server, 2_200).await;
    let support = server.sign_in(Role::Support).await;
    let (_, before) = parse_csv(&support.get("/licenses.csv").await);
    let request = script_request(&support.cookie).body(Body::empty()).unwrap();
    let mut body = server.send_unread(request).await.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let mut reader = ::csv::Reader::from_reader(first.as_ref());
    let taken = reader.records().count();
    assert_eq!(taken, 1_000);
    // The next chunk may already be in progress. This is the first row of the chunk after it.
    let row_in_later_chunk = 2 * taken;
    assert_eq!(before[row_in_later_chunk][4], "active");
    revoke(&server, &support.cookie, &before[row_in_later_chunk]).await;
    let rest = body.collect().await.unwrap().to_bytes();
    let text = [first, rest].concat();
    let mut reader = ::csv::Reader::from_reader(text.as_slice());
    let after: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(after.len(), before.len());
    assert_eq!(
        &after[row_in_later_chunk][4], "revoked",
        "queried only when it was needed"
    );
}

async fn revoke(server: &TestServer, cookie: &str, row: &Row) {
    let request = Request::post("/fn/licenses/revoke")
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json");
    let body = Body::from(json!({ "license_id": row[0] }).to_string());
    let answer = server.send(request.body(body).unwrap()).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}
