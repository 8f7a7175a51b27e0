//! The device API over HTTP: life cycle, response headers and paths.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use keywright_testing::engine_test;
use serde_json::{Value, json};

use crate::support::{PRO_KEY, TestServer};

const ACTIVATE: &str = "/acme/notes/activate";
const VALIDATE: &str = "/acme/notes/validate";
const DEACTIVATE: &str = "/acme/notes/deactivate";

fn device_body(key: &str, number: u32) -> Value {
    json!({ "license_key": key, "machine_hash": format!("{number:064}"), "instance_name": format!("Mac {number}") })
}

fn instance_body(key: &str, id: &Value) -> Value {
    json!({ "license_key": key, "instance_id": id })
}

#[engine_test]
async fn device_activates_validates_and_deactivates(server: TestServer) {
    let activated = server.post_device(ACTIVATE, &device_body(PRO_KEY, 1)).await;
    assert_eq!(activated.status, StatusCode::OK);
    let body = activated.json();
    assert_eq!(
        (&body["activated"], &body["license_expires_at"]),
        (&json!(true), &Value::Null)
    );
    let id = &body["instance_id"];
    assert_eq!(&body["lease"]["instanceId"], id);
    assert_eq!(body["lease"]["entitlements"], json!(["pro"]));

    let validated = server
        .post_device(VALIDATE, &instance_body(PRO_KEY, id))
        .await;
    assert_eq!(
        (validated.status, &validated.json()["valid"]),
        (StatusCode::OK, &json!(true))
    );
    assert!(validated.json().get("error").is_none());

    for _first_and_retry in 0..2 {
        let done = server
            .post_device(DEACTIVATE, &instance_body(PRO_KEY, id))
            .await;
        assert_eq!(
            (done.status, done.json()),
            (StatusCode::OK, json!({ "deactivated": true }))
        );
    }
    let refused = server
        .post_device(VALIDATE, &instance_body(PRO_KEY, id))
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        refused.json(),
        json!({ "error": "Instance not found or deactivated", "valid": false })
    );
}

#[engine_test]
async fn every_response_has_the_protocol_headers(server: TestServer) {
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

#[engine_test]
async fn invalid_request_id_is_replaced(server: TestServer) {
    let request =
        Request::get("/acme/.well-known/keylight-keys").header("x-keylight-request-id", "a b");
    let answer = server.send(request.body(Body::empty()).unwrap()).await;
    let id = answer.header("x-keylight-request-id");
    assert!(id.len() == 32 && id != "a b", "{id}");
}

#[engine_test]
async fn empty_path_segments_are_ignored(server: TestServer) {
    let answer = server
        .post_device("//acme//notes/activate/?x=1", &device_body(PRO_KEY, 1))
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
}

#[engine_test]
async fn undecodable_path_is_an_unknown_tenant_or_product(server: TestServer) {
    let body = device_body(PRO_KEY, 1);
    for (path, status, sentence) in [
        ("/%ff/notes/activate", 401, "Invalid or missing SDK key"),
        ("/acme%00/notes/activate", 401, "Invalid or missing SDK key"),
        ("/acme/%ff/activate", 404, "Product not found"),
        ("/acme/no%2Ftes/activate", 404, "Product not found"),
        ("/%ff/.well-known/keylight-keys", 405, "Method not allowed"),
    ] {
        let answer = server.post_device(path, &body).await;
        let found = (answer.status.as_u16(), answer.json());
        assert_eq!(found, (status, json!({ "error": sentence })), "{path}");
    }
    let keyset = server.get("/%ff/.well-known/keylight-keys").await;
    let expected = json!({ "error": "Not found" });
    assert_eq!(
        (keyset.status, keyset.json()),
        (StatusCode::NOT_FOUND, expected)
    );
    let spelled = server.post_device("/ac%6De/n%6Ftes/activate", &body).await;
    assert_eq!(spelled.status, StatusCode::OK);
}

#[engine_test]
async fn device_paths_never_redirect(server: TestServer) {
    for path in [
        "/acme/notes",
        "/acme/notes/",
        "/acme/notes/activate/",
        "//acme/notes/activate",
        "/acme/notes//activate",
        "/acme//",
        "/acme/notes/../activate",
        "/ACME/notes/activate",
        "/acme/notes/config/",
        "/acme/.well-known",
        "/acme/.well-known/keylight-keys/",
        "/login/notes/activate",
        "/nobody/login",
    ] {
        for method in [
            Method::GET,
            Method::HEAD,
            Method::POST,
            Method::PUT,
            Method::DELETE,
            Method::OPTIONS,
        ] {
            let answer = server
                .send_device_request(method.clone(), path, None, Body::empty())
                .await;
            assert!(
                !answer.status.is_redirection(),
                "{method} {path}: {}",
                answer.status
            );
        }
    }
}
