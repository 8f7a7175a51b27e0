//! The device API through HTTP.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use futures::future::join_all;
use keywright_store::Engine;
use serde_json::{Value, json};

use crate::world::{PRO_KEY, Server, sdk_key};

const ACTIVATE: &str = "/acme/notes/activate";
const VALIDATE: &str = "/acme/notes/validate";
const DEACTIVATE: &str = "/acme/notes/deactivate";

fn device(key: &str, number: u32) -> Value {
    json!({ "license_key": key, "machine_hash": format!("{number:064}"), "instance_name": format!("Mac {number}") })
}

fn instance(key: &str, id: &Value) -> Value {
    json!({ "license_key": key, "instance_id": id })
}

async fn active_instances(server: &Server) -> usize {
    let id = keywright_domain::key::LicenseKey::parse(PRO_KEY)
        .ok()
        .unwrap()
        .id();
    let tenant = "acme".parse().unwrap();
    let license = server
        .world
        .store
        .license(&tenant, id)
        .await
        .unwrap()
        .unwrap();
    let devices = server.world.store.activations(&tenant, id).await.unwrap();
    let active = devices
        .iter()
        .filter(|device| device.deactivated.is_none())
        .count();
    assert_eq!(
        active, license.active_count as usize,
        "the count equals the rows"
    );
    active
}

#[tokio::test]
async fn a_device_lives_through_activate_validate_deactivate() {
    let server = Server::start(Engine::Sqlite).await;
    let activated = server.device(ACTIVATE, &device(PRO_KEY, 1)).await;
    assert_eq!(activated.status, StatusCode::OK);
    let body = activated.json();
    assert_eq!(
        (&body["activated"], &body["license_expires_at"]),
        (&json!(true), &Value::Null)
    );
    let id = &body["instance_id"];
    assert_eq!(&body["lease"]["instanceId"], id);
    assert_eq!(body["lease"]["entitlements"], json!(["pro"]));

    let validated = server.device(VALIDATE, &instance(PRO_KEY, id)).await;
    assert_eq!(
        (validated.status, &validated.json()["valid"]),
        (StatusCode::OK, &json!(true))
    );
    assert!(validated.json().get("error").is_none());

    for _first_and_retry in 0..2 {
        let done = server.device(DEACTIVATE, &instance(PRO_KEY, id)).await;
        assert_eq!(
            (done.status, done.json()),
            (StatusCode::OK, json!({ "deactivated": true }))
        );
    }
    let refused = server.device(VALIDATE, &instance(PRO_KEY, id)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.json(),
        json!({ "error": "Instance not found or deactivated", "valid": false })
    );
}

#[tokio::test]
async fn refusals_have_their_status_and_their_whole_body() {
    let server = Server::start(Engine::Sqlite).await;
    let nobody = json!("00000000-0000-4000-8000-00000000ffff");
    let not_found = json!({ "error": "License key not found" });
    let no_instance = json!({ "error": "Instance not found or deactivated" });
    for (path, body, status, expected) in [
        (
            ACTIVATE,
            device("ACME-FULL-0000-0005", 9),
            402,
            json!({ "error": "Activation limit reached" }),
        ),
        (
            ACTIVATE,
            device("ACME-NONE-0000-0009", 9),
            404,
            not_found.clone(),
        ),
        (
            ACTIVATE,
            device("ACME-REVK-0000-0002", 9),
            404,
            not_found.clone(),
        ),
        (
            "/acme/studio/activate",
            device(PRO_KEY, 9),
            404,
            not_found.clone(),
        ),
        (
            ACTIVATE,
            device("ACME-EXPD-0000-0003", 9),
            422,
            json!({ "error": "License expired", "activated": false }),
        ),
        (
            VALIDATE,
            instance("ACME-REVK-0000-0002", &nobody),
            422,
            json!({ "error": "License has been revoked", "valid": false }),
        ),
        (
            VALIDATE,
            instance(PRO_KEY, &nobody),
            422,
            json!({ "error": "Instance not found or deactivated", "valid": false }),
        ),
        (
            VALIDATE,
            instance("x", &json!("any shape")),
            404,
            not_found.clone(),
        ),
        (DEACTIVATE, instance(PRO_KEY, &nobody), 422, no_instance),
        (
            "/acme/nothing/validate",
            instance(PRO_KEY, &nobody),
            404,
            json!({ "error": "Product not found" }),
        ),
    ] {
        let answer = server.device(path, &body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (status, expected),
            "{path} {body}"
        );
    }
}

#[tokio::test]
async fn an_expired_license_answers_422_with_a_signed_fallback_lease() {
    let server = Server::start(Engine::Sqlite).await;
    let key = "ACME-FALL-0000-0004";
    let id = keywright_domain::key::LicenseKey::parse(key)
        .ok()
        .unwrap()
        .id();
    let held = server
        .world
        .store
        .activations(&"acme".parse().unwrap(), id)
        .await
        .unwrap()[0]
        .instance;
    let answer = server.device(VALIDATE, &instance(key, &json!(held))).await;
    let body = answer.json();
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        (&body["valid"], &body["error"]),
        (&json!(false), &json!("License expired"))
    );
    assert_eq!(
        (&body["lease"]["status"], &body["lease"]["entitlements"]),
        (&json!("fallback"), &json!([]))
    );
    assert!(body["license_expires_at"].is_i64());
}

#[tokio::test]
async fn a_malformed_request_is_400_and_never_422() {
    let server = Server::start(Engine::Sqlite).await;
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    for path in [ACTIVATE, VALIDATE, DEACTIVATE] {
        for body in [
            "",
            "null",
            "7",
            "[]",
            "{",
            "{}",
            "\0",
            r#"{"license_key":7}"#,
            r#"{"license_key":""}"#,
            r#"{"license_key":"a","license_key":"b","instance_id":"c"}"#,
            &deep,
            r#"{"license_key":"ACME-PRO0-0000-0001","instance_id":"x","machine_hash":"ABC"}"#,
        ] {
            // Deactivate has no machine hash: there it is an unknown field.
            if path == DEACTIVATE && body.contains("machine_hash") {
                continue;
            }
            let request = Request::post(path).header("x-keylight-sdk-key", sdk_key());
            let answer = server
                .send(request.body(Body::from(body.to_owned())).unwrap())
                .await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path} {body:.60}");
            assert!(answer.json()["error"].is_string());
        }
    }
}

#[tokio::test]
async fn too_long_a_body_is_413_and_odd_text_is_replaced() {
    let server = Server::start(Engine::Sqlite).await;
    let long = json!({ "license_key": PRO_KEY, "x": "x".repeat(1_000_000) });
    assert_eq!(
        server.device(ACTIVATE, &long).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let odd = format!(r#"{{"license_key":"{PRO_KEY}","instance_name":"a\ud83d"}}"#);
    let request = Request::post(ACTIVATE).header("x-keylight-sdk-key", sdk_key());
    assert_eq!(
        server
            .send(request.body(Body::from(odd)).unwrap())
            .await
            .status,
        StatusCode::OK
    );
    let id = keywright_domain::key::LicenseKey::parse(PRO_KEY)
        .ok()
        .unwrap()
        .id();
    let devices = server
        .world
        .store
        .activations(&"acme".parse().unwrap(), id)
        .await
        .unwrap();
    assert_eq!(devices[0].device_name, "a\u{FFFD}");
}

#[tokio::test]
async fn the_body_is_checked_before_the_sdk_key_and_that_before_the_rest() {
    let server = Server::start(Engine::Sqlite).await;
    let ask = |path: &'static str, key: Option<String>, body: Value| {
        let mut request = Request::post(path);
        if let Some(key) = key {
            request = request.header("x-keylight-sdk-key", key);
        }
        server.send(request.body(Body::from(body.to_string())).unwrap())
    };
    assert_eq!(
        ask(ACTIVATE, None, json!({})).await.status,
        StatusCode::BAD_REQUEST
    );
    for (path, key) in [
        (ACTIVATE, None),
        (ACTIVATE, Some("wrong".to_owned())),
        ("/nobody/notes/activate", Some(sdk_key())),
        ("/acme/nothing/activate", None),
    ] {
        let answer = ask(path, key, device("ACME-NONE-0000-0009", 1)).await;
        let expected = json!({ "error": "Invalid or missing SDK key" });
        assert_eq!(
            (answer.status, answer.json()),
            (StatusCode::UNAUTHORIZED, expected),
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_of_the_wire() {
    let server = Server::start(Engine::Sqlite).await;
    for (method, path) in [
        (Method::POST, ACTIVATE),
        (Method::GET, ACTIVATE),
        (Method::OPTIONS, ACTIVATE),
        (Method::OPTIONS, "/nobody/nothing/at/all"),
        (Method::GET, "/nobody/nothing"),
        (Method::GET, "/acme/.well-known/keylight-keys"),
    ] {
        let request = Request::builder()
            .method(method.clone())
            .uri(path)
            .header("x-keylight-request-id", "abc-1");
        let answer = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            answer.header("access-control-allow-origin"),
            "*",
            "{method} {path}"
        );
        assert_eq!(answer.header("access-control-allow-methods"), "GET, POST");
        assert_eq!(
            answer.header("access-control-allow-headers"),
            "content-type, x-keylight-sdk-key, x-keylight-request-id"
        );
        assert_eq!(
            answer.header("access-control-expose-headers"),
            "retry-after, x-keylight-request-id"
        );
        assert_eq!(answer.header("x-keylight-request-id"), "abc-1");
        assert_eq!(answer.header("set-cookie"), "");
        let expected = match (method.as_str(), path) {
            ("OPTIONS", _) => 204,
            ("POST", _) => 400,
            ("GET", ACTIVATE) => 405,
            ("GET", "/nobody/nothing") => 404,
            _ => 200,
        };
        assert_eq!(answer.status.as_u16(), expected, "{method} {path}");
        if expected != 204 {
            assert_eq!(
                answer.header("content-type"),
                "application/json",
                "{method} {path}"
            );
        }
        let kept = if expected == 200 {
            "public, max-age=300"
        } else {
            "no-store"
        };
        assert_eq!(answer.header("cache-control"), kept, "{method} {path}");
    }
}

#[tokio::test]
async fn a_request_id_that_is_none_is_replaced() {
    let server = Server::start(Engine::Sqlite).await;
    let request =
        Request::get("/acme/.well-known/keylight-keys").header("x-keylight-request-id", "a b");
    let answer = server.send(request.body(Body::empty()).unwrap()).await;
    let id = answer.header("x-keylight-request-id");
    assert!(id.len() == 32 && id != "a b", "{id}");
}

#[tokio::test]
async fn empty_path_segments_are_ignored() {
    let server = Server::start(Engine::Sqlite).await;
    let answer = server
        .device("//acme//notes/activate/?x=1", &device(PRO_KEY, 1))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}

#[tokio::test]
async fn the_keyset_names_the_key_that_signs() {
    let server = Server::start(Engine::Sqlite).await;
    let keyset = server.get("/acme/.well-known/keylight-keys").await.json();
    assert_eq!(keyset["primary_kid"], "k1");
    assert_eq!(
        (&keyset["keys"][0]["kid"], &keyset["keys"][0]["alg"]),
        (&json!("k1"), &json!("ed25519"))
    );
    let key = keyset["keys"][0]["public_key"].as_str().unwrap();
    assert_eq!(
        data_encoding::BASE64.decode(key.as_bytes()).unwrap().len(),
        32
    );
    let unknown = server.get("/nobody/.well-known/keylight-keys").await;
    assert_eq!(
        (unknown.status, unknown.json()),
        (StatusCode::NOT_FOUND, json!({ "error": "Not found" }))
    );
}

async fn twenty_four_devices_on_a_limit_of_three(engine: Engine) {
    let server = Server::start(engine).await;
    let tries = (0..24).map(|number| {
        let server = &server;
        async move {
            server
                .device(ACTIVATE, &device(PRO_KEY, number))
                .await
                .status
                .as_u16()
        }
    });
    let mut statuses = join_all(tries).await;
    statuses.sort_unstable();
    let expected: Vec<u16> = [200; 3].into_iter().chain([402; 21]).collect();
    assert_eq!(statuses, expected);
    assert_eq!(active_instances(&server).await, 3);
}

async fn one_device_twenty_four_times(engine: Engine) {
    let server = Server::start(engine).await;
    let tries = (0..24).map(|_| {
        let server = &server;
        async move {
            server.device(ACTIVATE, &device(PRO_KEY, 1)).await.json()["instance_id"].to_string()
        }
    });
    let instances: std::collections::HashSet<String> = join_all(tries).await.into_iter().collect();
    assert_eq!(instances.len(), 1, "{instances:?}");
    assert_eq!(active_instances(&server).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_holds_for_24_at_once_on_sqlite() {
    twenty_four_devices_on_a_limit_of_three(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_holds_for_24_at_once_on_postgres() {
    twenty_four_devices_on_a_limit_of_three(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_device_asking_24_times_at_once_is_one_instance_on_sqlite() {
    one_device_twenty_four_times(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_device_asking_24_times_at_once_is_one_instance_on_postgres() {
    one_device_twenty_four_times(Engine::Postgres).await;
}

#[tokio::test]
async fn a_path_that_is_no_text_is_answered_in_json_like_any_unknown_one() {
    let server = Server::start(Engine::Sqlite).await;
    let device = server
        .device("/acme/%ff/activate", &device(PRO_KEY, 1))
        .await;
    let keyset = server.get("/%ff/.well-known/keylight-keys").await;
    for answer in [device, keyset] {
        assert_eq!(
            (answer.status, answer.json()),
            (StatusCode::NOT_FOUND, json!({ "error": "Not found" }))
        );
    }
}
