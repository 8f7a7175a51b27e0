//! Live updates: open pages are notified of changes over HTTP, on both engines.

use std::{future::Future, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use keywright::sse_connections::MAX_STREAMS_PER_OPERATOR;
use keywright_domain::{ids::InstanceId, role::Role};
use keywright_service::operators::{IDLE_TIMEOUT_MILLIS, SessionToken};
use keywright_testing::{Engine, NOW, engine_test};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Browser, PRO_KEY, TestServer, acme_caller, license_id};

/// Keeps a failing test from hanging. Shorter than the 15 s after which a stream rechecks its
/// session.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

const KEEP_ALIVE: &str = ": still here\n\n";

const CHANGE_EVENT: &str = "event: changed\ndata: 1\n\n";

/// An open event stream, as a browser reads it.
struct EventStream {
    headers: HeaderMap,
    body: Body,
    buffer: String,
}

impl EventStream {
    async fn open(browser: &Browser<'_>, query: &str) -> Self {
        let (status, mut listening) =
            request_events(browser.server, query, Some(&browser.cookie)).await;
        assert_eq!(status, StatusCode::OK, "{query}");
        assert_eq!(
            listening.next().await.as_deref(),
            Some("retry: 1000\n: open\n\n")
        );
        listening
    }

    async fn open_for_license(browser: &Browser<'_>, key: &str) -> Self {
        Self::open(browser, &license_query(key)).await
    }

    /// Returns the next event or comment verbatim, or `None` once the stream has ended.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.buffer.find("\n\n") {
                return Some(self.buffer.drain(..end + 2).collect());
            }
            let frame = tokio::time::timeout(READ_TIMEOUT, self.body.frame());
            let frame = frame.await.unwrap();
            let bytes = frame?.unwrap().into_data().unwrap();
            self.buffer.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    async fn expect_change(&mut self) {
        assert_eq!(self.next().await.as_deref(), Some(CHANGE_EVENT));
    }

    /// Runs `work`, and panics if an event arrives in the meantime.
    async fn expect_silence_during<T>(&mut self, work: impl Future<Output = T>) -> T {
        tokio::select! {
            biased;
            heard = self.next() => panic!("unexpected event: {heard:?}"),
            done = work => done,
        }
    }
}

async fn request_events(
    server: &TestServer,
    query: &str,
    cookie: Option<&str>,
) -> (StatusCode, EventStream) {
    let mut request = Request::get(format!("/events{query}"))
        .header(header::HOST, "localhost:3000")
        .header(header::ACCEPT, "text/event-stream")
        .header(header::ACCEPT_ENCODING, "gzip, br");
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.body(Body::empty()).unwrap();
    let (parts, body) = server.send_unread(request).await.into_parts();
    let listening = EventStream {
        headers: parts.headers,
        body,
        buffer: String::new(),
    };
    (parts.status, listening)
}

fn license_query(key: &str) -> String {
    format!("?license={}", license_id(key))
}

async fn activate(server: &TestServer, key: &str, machine: u32) -> InstanceId {
    let body = json!({ "license_key": key, "machine_hash": format!("{machine:064}") });
    let answer = server.post_device("/acme/notes/activate", &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()["instance_id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

fn instance_body(key: &str, instance: InstanceId) -> Value {
    json!({ "license_key": key, "instance_id": instance })
}

#[engine_test]
async fn activation_and_deactivation_notify_the_license_page_and_the_list(server: TestServer) {
    let browser = server.sign_in(Role::Viewer).await;
    let mut page = EventStream::open_for_license(&browser, PRO_KEY).await;
    let mut list = EventStream::open(&browser, "?list").await;
    let device = activate(&server, PRO_KEY, 1).await;
    page.expect_change().await;
    list.expect_change().await;
    let leave = instance_body(PRO_KEY, device);
    let left = server.post_device("/acme/notes/deactivate", &leave).await;
    assert_eq!(left.status, StatusCode::OK);
    page.expect_change().await;
    list.expect_change().await;
}

#[engine_test]
async fn validation_notifies_only_the_license_page(server: TestServer) {
    let browser = server.sign_in(Role::Viewer).await;
    let body = instance_body(PRO_KEY, activate(&server, PRO_KEY, 1).await);
    let mut page = EventStream::open_for_license(&browser, PRO_KEY).await;
    let mut list = EventStream::open(&browser, "?list").await;
    list.expect_silence_during(async {
        // The page's second event arrives after a pause, in which the list would have received
        // an event for the first validation.
        for _ in 0..2 {
            let answer = server.post_device("/acme/notes/validate", &body).await;
            assert_eq!(answer.status, StatusCode::OK);
            page.expect_change().await;
        }
    })
    .await;
    activate(&server, PRO_KEY, 2).await;
    list.expect_change().await;
}

#[engine_test]
async fn revoke_form_notifies_the_license_page_and_the_list(server: TestServer) {
    let browser = server.sign_in(Role::Support).await;
    let mut page = EventStream::open_for_license(&browser, PRO_KEY).await;
    let mut list = EventStream::open(&browser, "?list").await;
    let path = format!("/licenses/{}/revoke", license_id(PRO_KEY));
    assert_eq!(
        browser.submit_empty_form(&path).await.status,
        StatusCode::SEE_OTHER
    );
    page.expect_change().await;
    list.expect_change().await;
}

#[engine_test]
async fn other_license_pages_are_not_notified(server: TestServer) {
    let browser = server.sign_in(Role::Viewer).await;
    let other_key = server.insert_license_with_limit(3).await;
    let mut page = EventStream::open_for_license(&browser, PRO_KEY).await;
    let mut other = EventStream::open_for_license(&browser, &other_key).await;
    other
        .expect_silence_during(async {
            for machine in 1..=2 {
                activate(&server, PRO_KEY, machine).await;
                page.expect_change().await;
            }
        })
        .await;
    activate(&server, &other_key, 1).await;
    other.expect_change().await;
}

/// Changes during a pause are reported together at its end.
#[engine_test]
async fn rapid_changes_are_coalesced_without_loss(server: TestServer) {
    let browser = server.sign_in(Role::Viewer).await;
    let key = server.insert_license_with_limit(20).await;
    let mut page = EventStream::open_for_license(&browser, &key).await;
    for machine in 1..=10 {
        activate(&server, &key, machine).await;
    }
    // A stream advances only while it is read, so the pause starts after this.
    let began = Instant::now();
    page.expect_change().await;
    activate(&server, &key, 11).await;
    page.expect_change().await;
    assert!(began.elapsed() >= Duration::from_millis(250));
}

#[engine_test]
async fn signing_out_ends_the_stream(server: TestServer) {
    let browser = server.sign_in(Role::Viewer).await;
    let other_browser = server.sign_in(Role::Viewer).await;
    let mut page = EventStream::open_for_license(&browser, PRO_KEY).await;
    let mut other_page = EventStream::open_for_license(&other_browser, PRO_KEY).await;
    browser.submit_empty_form("/session/end").await;
    assert_eq!(page.next().await, None);
    // The operator's other session stays connected.
    activate(&server, PRO_KEY, 1).await;
    other_page.expect_change().await;
}

#[engine_test]
async fn stream_ends_when_its_session_is_ended_elsewhere(server: TestServer) {
    let browser = server.sign_in(Role::Viewer).await;
    let mut page = EventStream::open_for_license(&browser, PRO_KEY).await;
    let (_, token) = browser.cookie.split_once('=').unwrap();
    let operators = &server.context.services.operators;
    let token = SessionToken::from_cookie(token);
    operators.sign_out(&token).await.unwrap();
    activate(&server, PRO_KEY, 1).await;
    assert_eq!(page.next().await, None);
}

#[engine_test]
async fn shutdown_ends_the_stream(server: TestServer) {
    let browser = server.sign_in(Role::Viewer).await;
    let mut page = EventStream::open_for_license(&browser, PRO_KEY).await;
    server.sse_connections.shut_down();
    assert_eq!(page.next().await, None);
    let mut late = EventStream::open(&browser, "?list").await;
    assert_eq!(late.next().await, None);
}

#[engine_test]
async fn unauthenticated_and_malformed_requests_are_rejected(server: TestServer) {
    let page = license_query(PRO_KEY);
    for query in [page.as_str(), "?list", ""] {
        let (status, _) = request_events(&server, query, None).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{query}");
    }
    let (status, _) = request_events(&server, "?list", Some("keywright_session=made-up")).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
    let browser = server.sign_in(Role::Viewer).await;
    let cookie = Some(browser.cookie.as_str());
    for (query, expected) in [
        ("", StatusCode::BAD_REQUEST),
        ("?", StatusCode::BAD_REQUEST),
        ("?lists", StatusCode::BAD_REQUEST),
        ("?license=", StatusCode::BAD_REQUEST),
        ("?license=0c4a", StatusCode::BAD_REQUEST),
        (&format!("{page}&list"), StatusCode::BAD_REQUEST),
        (
            &format!("?license={}", "0".repeat(64)),
            StatusCode::NOT_FOUND,
        ),
    ] {
        let (status, answer) = request_events(&server, query, cookie).await;
        assert_eq!(status, expected, "{query}");
        assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    }
    let post = browser.submit_empty_form("/events?list").await;
    assert_eq!(post.status, StatusCode::METHOD_NOT_ALLOWED);
    let (_, open) = request_events(&server, "?list", cookie).await;
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
    ] {
        assert_eq!(open.headers[name], value);
    }
    assert!(!open.headers.contains_key(header::CONTENT_ENCODING));
    // Another tenant's license is not found.
    let indie = server.sign_in_as("owner@indie.test").await;
    let (status, _) = request_events(&server, &page, Some(&indie.cookie)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_per_operator_are_limited() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Viewer).await;
    let mut open = Vec::new();
    for _ in 0..MAX_STREAMS_PER_OPERATOR {
        open.push(EventStream::open(&browser, "?list").await);
    }
    let again = server.sign_in(Role::Viewer).await;
    let (status, _) = request_events(&server, "?list", Some(&again.cookie)).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    let other_operator = server.sign_in(Role::Support).await;
    EventStream::open(&other_operator, "?list").await;
    open.pop();
    EventStream::open(&again, "?list").await;
    drop(open);
    assert_eq!(server.context.store.changes().subject_count(), 0);
}

#[tokio::test]
async fn idle_stream_sends_keep_alives_and_ends_with_its_session() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Viewer).await;
    let mut page = EventStream::open(&browser, "?list").await;
    // Paused time advances immediately, so `READ_TIMEOUT` cannot apply from here.
    tokio::time::pause();
    let began = Instant::now();
    for seconds in [15, 30] {
        let frame = page.body.frame().await.unwrap().unwrap();
        assert_eq!(frame.into_data().unwrap(), KEEP_ALIVE);
        assert!(began.elapsed() >= Duration::from_secs(seconds));
    }
    server
        .context
        .clock
        .set(NOW.plus_millis(IDLE_TIMEOUT_MILLIS));
    // The session check may be slow compared with this fast clock, so allow for later checks.
    for _ in 0..1_000 {
        let Some(frame) = page.body.frame().await else {
            return;
        };
        assert_eq!(frame.unwrap().into_data().unwrap(), KEEP_ALIVE);
    }
    panic!("the stream outlived its idle session");
}

/// The device uses one server, and the page is open on the other.
#[tokio::test(flavor = "multi_thread")]
async fn servers_on_one_postgres_notify_each_other() {
    let here = TestServer::with_demo_data(Engine::Postgres).await;
    let there = here.second_server().await;
    let browser = there.sign_in(Role::Viewer).await;
    let mut list = EventStream::open(&browser, "?list").await;
    let other_key = here.insert_license_with_limit(3).await;
    // The notification about the new license has arrived, so streams opened later do not get it.
    list.expect_change().await;
    let mut page = EventStream::open_for_license(&browser, PRO_KEY).await;
    let mut other = EventStream::open_for_license(&browser, &other_key).await;
    let device = other
        .expect_silence_during(async {
            let device = activate(&here, PRO_KEY, 1).await;
            page.expect_change().await;
            list.expect_change().await;
            device
        })
        .await;
    let body = instance_body(PRO_KEY, device);
    let response = here.post_device("/acme/notes/validate", &body).await;
    assert_eq!(response.status, StatusCode::OK);
    page.expect_change().await;
    let licenses = &here.context.services.licenses;
    licenses
        .revoke(&acme_caller(), license_id(&other_key))
        .await
        .unwrap();
    other.expect_change().await;
}
