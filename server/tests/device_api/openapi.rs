//! `/openapi.json` matches `docs/api.md`. Whether the server matches `/openapi.json` is tested by
//! `cargo xtask stress`.

use axum::http::StatusCode;
use keywright_testing::Engine;
use serde_json::Value;

use super::api_contract::tables::{EVERY_BODY, EVERY_ENDPOINT, KEYSET, response_rows};
use crate::support::TestServer;

async fn fetch_document() -> Value {
    let answer = TestServer::with_demo_data(Engine::Sqlite)
        .await
        .get("/openapi.json")
        .await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (StatusCode::OK, "application/json")
    );
    answer.json()
}

#[tokio::test]
async fn openapi_has_every_documented_endpoint_and_status() {
    let document = fetch_document().await;
    let endpoints = [
        ("activate", "post"),
        ("validate", "post"),
        ("deactivate", "post"),
        ("keyless", "post"),
        ("config", "get"),
    ];
    assert_eq!(
        document["paths"].as_object().unwrap().len(),
        endpoints.len() + 1
    );
    for (endpoint, method) in endpoints {
        let operation = &document["paths"][format!("/{{tenant}}/{{product}}/{endpoint}")][method];
        let with_a_body = (method == "post").then(|| response_rows(EVERY_BODY));
        let every = response_rows(EVERY_ENDPOINT)
            .into_iter()
            .chain(with_a_body.into_iter().flatten());
        for row in response_rows(endpoint).into_iter().chain(every) {
            // A 405 depends on the path, not on the endpoint.
            if row.status == 405 {
                continue;
            }
            let status = row.status.to_string();
            let answer = &operation["responses"][&status];
            let schema = answer["content"]["application/json"]["schema"]["$ref"].as_str();
            let schema = schema.unwrap_or_else(|| panic!("{endpoint} {status}"));
            let schema = &document["components"]["schemas"][schema.rsplit('/').next().unwrap()];
            for name in row.body.as_object().unwrap().keys() {
                assert!(
                    schema["properties"].get(name).is_some(),
                    "{endpoint} {status} {name}"
                );
            }
            for name in schema["required"].as_array().unwrap() {
                let name = name.as_str().unwrap();
                assert!(row.body.get(name).is_some(), "{endpoint} {status} {name}");
            }
        }
    }
    let keys = &document["paths"]["/{tenant}/.well-known/keylight-keys"]["get"]["responses"];
    for row in response_rows(KEYSET) {
        assert!(
            row.status == 405 || keys.get(row.status.to_string()).is_some(),
            "{}",
            row.status
        );
    }
}
