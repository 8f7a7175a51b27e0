//! The server functions of the license page and the list, called directly, as any client could.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use futures::future::join_all;
use keywright_api_types::license_list::LicenseQuery;
use keywright_domain::role::Role;
use keywright_testing::{Engine, NOW, engine_test};
use serde_json::{Value, json};

use crate::support::{Browser, PRO_KEY, TestResponse, TestServer, license_id};

impl Browser<'_> {
    async fn call_function(&self, function: &str, arguments: Value) -> TestResponse {
        let request = Request::post(format!("/fn/licenses/{function}"))
            .header(header::COOKIE, &self.cookie)
            .header(header::HOST, "localhost:3000")
            .header(header::ORIGIN, "http://localhost:3000")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json");
        let body = Body::from(arguments.to_string());
        self.server.send(request.body(body).unwrap()).await
    }
}

async fn activate(server: &TestServer, key: &str) -> TestResponse {
    let body = json!({ "license_key": key, "instance_name": "Mac" });
    server.post_device("/acme/notes/activate", &body).await
}

async fn validate(server: &TestServer, key: &str, instance: &str) -> TestResponse {
    let body = json!({ "license_key": key, "instance_id": instance });
    server.post_device("/acme/notes/validate", &body).await
}

#[engine_test]
async fn actions_require_the_support_role(server: TestServer) {
    for (number, role) in (1..).zip(Role::ALL) {
        let key = server.insert_license(number, |license| license).await;
        let id = license_id(&key).to_string();
        let answer = activate(&server, &key).await;
        let instance = answer.json()["instance_id"].as_str().unwrap().to_owned();
        let browser = server.sign_in(role).await;
        let is_allowed = role >= Role::Support;
        let refused = (StatusCode::FORBIDDEN, Value::from("forbidden"));

        let arguments = json!({ "license_id": id, "instance_id": instance });
        let freed = browser
            .call_function("deactivate-instance", arguments.clone())
            .await;
        if !is_allowed {
            assert_eq!((freed.status, freed.json()["code"].clone()), refused);
            for function in ["revoke", "remint"] {
                let answer = browser
                    .call_function(function, json!({ "license_id": id }))
                    .await;
                assert_eq!((answer.status, answer.json()["code"].clone()), refused);
            }
            let still_valid = validate(&server, &key, &instance).await;
            assert_eq!(still_valid.status, StatusCode::OK, "nothing changed");
            continue;
        }
        assert_eq!(freed.status, StatusCode::OK, "{role:?}: {}", freed.text());
        let stopped = validate(&server, &key, &instance).await;
        assert_eq!(stopped.status, StatusCode::UNPROCESSABLE_ENTITY);
        let again = browser
            .call_function("deactivate-instance", arguments)
            .await;
        expect_conflict(&again, "This device is already deactivated.");

        let reminted = browser
            .call_function("remint", json!({ "license_id": id }))
            .await;
        assert_eq!(reminted.status, StatusCode::OK, "{}", reminted.text());
        assert_eq!(reminted.header("cache-control"), "no-store");
        let fresh = reminted.json();
        let (fresh_key, fresh_id) = (fresh["key"].as_str().unwrap(), &fresh["license_id"]);
        assert_eq!(activate(&server, &key).await.status, StatusCode::NOT_FOUND);
        assert_eq!(activate(&server, fresh_key).await.status, StatusCode::OK);
        let again = browser
            .call_function("revoke", json!({ "license_id": id }))
            .await;
        expect_conflict(&again, "This license is already reminted.");

        let revoked = browser
            .call_function("revoke", json!({ "license_id": fresh_id }))
            .await;
        assert_eq!(revoked.status, StatusCode::OK, "{}", revoked.text());
        assert_eq!(
            activate(&server, fresh_key).await.status,
            StatusCode::NOT_FOUND
        );
        let again = browser
            .call_function("remint", json!({ "license_id": fresh_id }))
            .await;
        expect_conflict(&again, "This license is already revoked.");
    }
}

fn expect_conflict(answer: &TestResponse, message: &str) {
    let error = answer.json();
    assert_eq!(answer.status, StatusCode::CONFLICT, "{error}");
    assert_eq!(
        (&error["code"], &error["message"]),
        (&"conflict".into(), &message.into())
    );
}

#[engine_test]
async fn concurrent_remints_create_one_key(server: TestServer) {
    let browsers = [
        server.sign_in(Role::Support).await,
        server.sign_in(Role::Admin).await,
    ];
    let arguments = json!({ "license_id": license_id(PRO_KEY).to_string() });
    let calls =
        (0..8).map(|number| browsers[number % 2].call_function("remint", arguments.clone()));
    let answers = join_all(calls).await;
    let (created, conflicts): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.status == StatusCode::OK);
    assert_eq!((created.len(), conflicts.len()), (1, 7));
    for answer in conflicts {
        expect_conflict(answer, "This license is already reminted.");
        assert!(answer.json().get("key").is_none());
    }
}

/// A page that was loaded before another operator signed in, in another tab, must not show that
/// operator's data.
#[tokio::test]
async fn page_of_another_operator_is_rejected() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let [owner, viewer] = [
        server.sign_in(Role::Owner).await,
        server.sign_in(Role::Viewer).await,
    ];
    let operator_of_page = |page: &str| {
        let (_, rest) = page.split_once("data-operator=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let owners = operator_of_page(&owner.get("/licenses").await.text());
    for (browser, status) in [(&owner, StatusCode::OK), (&viewer, StatusCode::CONFLICT)] {
        let request = Request::post("/fn/licenses/find")
            .header(header::COOKIE, &browser.cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header("keywright-operator", &owners);
        let body = Body::from(json!({ "term": "a" }).to_string());
        let answer = server.send(request.body(body).unwrap()).await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}

/// Neither background requests nor event streams keep an idle session alive beyond 12 hours.
#[tokio::test]
async fn unattended_page_does_not_extend_its_session() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let viewer = server.sign_in(Role::Viewer).await;
    let ask = async || {
        let request = Request::post("/fn/licenses/find")
            .header(header::COOKIE, &viewer.cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-keywright-background", "1");
        let body = Body::from(json!({ "term": "a" }).to_string());
        server.send(request.body(body).unwrap()).await.status
    };
    let hours = |hours: i64| server.context.clock.set(NOW.plus_millis(hours * 3_600_000));
    for passed in [5, 10] {
        hours(passed);
        assert_eq!(ask().await, StatusCode::OK);
        let events = Request::get("/events?list").header(header::COOKIE, &viewer.cookie);
        let events = server
            .send_unread(events.body(Body::empty()).unwrap())
            .await;
        assert_eq!(events.status(), StatusCode::OK);
    }
    // All earlier writes are committed before this one.
    server.insert_license(1, |license| license).await;
    hours(13);
    assert_eq!(ask().await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn another_tenants_license_is_not_found() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let answer = activate(&server, PRO_KEY).await;
    let instance = answer.json()["instance_id"].as_str().unwrap().to_owned();
    let indie = server.sign_in_as("owner@indie.test").await;
    let id = license_id(PRO_KEY).to_string();
    for (function, arguments) in [
        ("show", json!({ "license_id": id })),
        ("revoke", json!({ "license_id": id })),
        ("remint", json!({ "license_id": id })),
        (
            "deactivate-instance",
            json!({ "license_id": id, "instance_id": instance }),
        ),
    ] {
        let answer = indie.call_function(function, arguments).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{function}: {}",
            answer.text()
        );
    }
    let found = indie
        .call_function("find", json!({ "term": PRO_KEY }))
        .await;
    assert_ne!(found.json(), json!({ "License": id }));
    let still_valid = validate(&server, PRO_KEY, &instance).await;
    assert_eq!(still_valid.status, StatusCode::OK, "nothing changed");
}

#[tokio::test]
async fn search_returns_its_target_without_echoing_a_key() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let viewer = server.sign_in(Role::Viewer).await;
    for (typed, found) in [
        (
            PRO_KEY,
            json!({ "License": license_id(PRO_KEY).to_string() }),
        ),
        ("acme nevr seen 0000 0009", json!("KeyNotFound")),
        (
            " pro@customer.test ",
            json!({ "Term": "pro@customer.test" }),
        ),
        ("\n", json!({ "Term": null })),
    ] {
        let answer = viewer.call_function("find", json!({ "term": typed })).await;
        assert_eq!(
            (answer.status, answer.json()),
            (StatusCode::OK, found),
            "{typed:?}"
        );
    }
}

#[tokio::test]
async fn malformed_arguments_are_rejected_without_effect() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let owner = server.sign_in(Role::Owner).await;
    for (function, arguments) in [
        ("revoke", json!({})),
        ("revoke", json!({ "license_id": null })),
        ("revoke", json!({ "license_id": "abc" })),
        ("remint", json!([])),
        (
            "deactivate-instance",
            json!({ "license_id": license_id(PRO_KEY).to_string() }),
        ),
        (
            "deactivate-instance",
            json!({ "license_id": license_id(PRO_KEY).to_string(), "instance_id": "1" }),
        ),
        ("list", json!({ "query": { "page": "First" } })),
        ("list", json!({ "query": { "filter": { "term": "" } } })),
        ("find", json!({ "term": 7 })),
    ] {
        let answer = owner.call_function(function, arguments.clone()).await;
        let code = answer.json()["code"].clone();
        let expected = (StatusCode::UNPROCESSABLE_ENTITY, Value::from("invalid"));
        assert_eq!((answer.status, code), expected, "{function} {arguments}");
    }
    assert_eq!(activate(&server, PRO_KEY).await.status, StatusCode::OK);
}

#[tokio::test]
async fn missing_session_and_outdated_build_return_error_codes() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let call = |cookie: Option<&str>, build: &'static str| {
        let mut request = Request::post("/fn/licenses/list")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json")
            .header("keywright-build", build);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let body = json!({ "query": LicenseQuery::default() });
        server.send(request.body(Body::from(body.to_string())).unwrap())
    };
    let refused = call(None, "1f").await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (StatusCode::UNAUTHORIZED, &"unauthenticated".into())
    );
    let browser = server.sign_in(Role::Viewer).await;
    let listed = call(Some(&browser.cookie), "1f").await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.text());
    assert_eq!(listed.json()["page"]["items"].as_array().unwrap().len(), 25);
    let outdated = call(Some(&browser.cookie), "0e").await;
    assert_eq!(
        (outdated.status, &outdated.json()["code"]),
        (StatusCode::CONFLICT, &"outdated".into())
    );
}

#[tokio::test]
async fn malformed_calls_return_error_codes() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    let browser = server.sign_in(Role::Viewer).await;
    for (path, body, status, code) in [
        ("/fn/licenses/list", "x", 422, "invalid"),
        ("/fn/licenses/list", "{}", 422, "invalid"),
        ("/fn/nothing", "{}", 404, "not_found"),
    ] {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, &browser.cookie);
        let answer = server.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["code"]),
            (status, &code.into()),
            "{path} {body}"
        );
    }
}
