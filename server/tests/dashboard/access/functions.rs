//! Every server function: the role it requires, and how it handles malformed arguments and other
//! tenants' IDs.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use keywright_api_types::license_list::LicenseQuery;
use keywright_domain::role::Role::{self, Support, Viewer};
use keywright_testing::engine_test;
use serde_json::{Value, json};

use super::table::{PathParams, acme_params};
use crate::support::{Browser, TestResponse, TestServer};

/// Returns every server function with the role it requires and valid arguments.
pub(super) fn server_functions(ids: &PathParams) -> Vec<(&'static str, Role, Value)> {
    let operator = Value::Null;
    let license = json!({ "operator": operator, "license_id": ids.license });
    let instance =
        json!({ "operator": operator, "license_id": ids.license, "instance_id": ids.instance });
    let query = json!({ "operator": operator, "query": LicenseQuery::default() });
    vec![
        ("/fn/licenses/list", Viewer, query),
        ("/fn/licenses/show", Viewer, license.clone()),
        (
            "/fn/licenses/find",
            Viewer,
            json!({ "operator": operator, "term": "ada" }),
        ),
        ("/fn/licenses/deactivate-instance", Support, instance),
        ("/fn/licenses/revoke", Support, license.clone()),
        ("/fn/licenses/remint", Support, license),
    ]
}

impl Browser<'_> {
    async fn post_function(&self, path: &str, body: String) -> TestResponse {
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::HOST, "localhost:3000")
            .header(header::ORIGIN, "http://localhost:3000")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json");
        self.server
            .send(request.body(Body::from(body)).unwrap())
            .await
    }
}

#[engine_test]
async fn server_functions_enforce_roles_and_tenants(server: TestServer) {
    let ids = acme_params(&server).await;
    let table = server_functions(&ids);
    let listed: BTreeSet<_> = table.iter().map(|(path, ..)| *path).collect();
    let all = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path);
    assert_eq!(listed, all.collect(), "every function is in the table");

    let (viewer, support) = (server.sign_in(Viewer).await, server.sign_in(Support).await);
    let other_tenant = server.sign_in_as("owner@indie.test").await;
    let stranger = Browser {
        server: &server,
        cookie: String::new(),
    };
    for (path, required_role, arguments) in table {
        let code = |answer: &TestResponse| {
            answer.json()["code"]
                .as_str()
                .unwrap_or_default()
                .to_owned()
        };
        let refused = stranger.post_function(path, arguments.to_string()).await;
        assert_eq!(
            (refused.status.as_u16(), code(&refused).as_str()),
            (401, "unauthenticated"),
            "{path}"
        );
        // Another tenant's IDs are not found.
        if arguments.get("license_id").is_some() {
            let unknown = other_tenant
                .post_function(path, arguments.to_string())
                .await;
            assert_eq!(
                (unknown.status.as_u16(), code(&unknown).as_str()),
                (404, "not_found"),
                "{path}"
            );
        }
        // Wrong, missing and extra arguments.
        let mut malformed = vec![
            String::new(),
            "null".into(),
            "[]".into(),
            "{".into(),
            "{}".into(),
            "\"\u{202e}\"".into(),
            format!("{{\"license\": \"{}\"}}", "9".repeat(10_000)),
        ];
        let names: Vec<_> = arguments
            .as_object()
            .unwrap()
            .keys()
            .filter(|name| *name != "operator")
            .cloned()
            .collect();
        for name in &names {
            for value in [
                json!(7),
                json!([]),
                json!({}),
                json!("' OR 1=1 --"),
                json!("\u{0}"),
                Value::Null,
            ] {
                let mut changed = arguments.clone();
                changed[name] = value;
                malformed.push(changed.to_string());
            }
            let mut missing = arguments.clone();
            missing.as_object_mut().unwrap().remove(name);
            malformed.push(missing.to_string());
        }
        for body in malformed {
            let answer = support.post_function(path, body.clone()).await;
            let is_text = path.ends_with("find") && answer.status == StatusCode::OK;
            assert!(
                is_text || answer.status.is_client_error(),
                "{path} {body}: {}",
                answer.status
            );
            assert!(is_text || !code(&answer).is_empty(), "{path} {body}");
        }
        let mut extra = arguments.clone();
        extra["more"] = json!({ "than": "asked" });
        let done = support.post_function(path, extra.to_string()).await;
        assert!(
            done.status == StatusCode::OK || done.status == StatusCode::CONFLICT,
            "{path}: {} {}",
            done.status,
            done.text()
        );
        let by_viewer = viewer.post_function(path, arguments.to_string()).await;
        assert_eq!(
            by_viewer.status == StatusCode::FORBIDDEN,
            required_role > Viewer,
            "{path}: {}",
            by_viewer.text()
        );
    }
}
