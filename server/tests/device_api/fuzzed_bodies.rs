//! Sends random bodies that resemble client requests, from a fixed seed. Every response must match
//! the documentation. A 422 must be about the license, because clients drop their lease on it.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use keywright_testing::engine_test;
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    sample::{Index, select},
    strategy::ValueTree,
    test_runner::TestRunner,
};
use serde_json::{Value, json};

use crate::support::{PRO_KEY, TestServer, sdk_key};

const BODY_COUNT: usize = 300;

/// Each endpoint with its required fields, and with the optional fields that must be well-formed
/// if they are present.
const ENDPOINTS: [(&str, &[&str], &[&str]); 4] = [
    ("activate", &["license_key"], &["machine_hash"]),
    (
        "validate",
        &["license_key", "instance_id"],
        &["machine_hash"],
    ),
    ("deactivate", &["license_key", "instance_id"], &[]),
    ("keyless", &["instance_id", "state"], &["machine_hash"]),
];

/// Error messages that a 422 may have.
const LICENSE_ERRORS: [&str; 4] = [
    "Instance not found or deactivated",
    "License expired",
    "License has been reminted",
    "License has been revoked",
];

/// Generates any value for a field.
fn any_value() -> impl Strategy<Value = Value> {
    let likely = vec![
        json!("x".repeat(257)),
        json!(null),
        json!({ "license_key": PRO_KEY }),
    ];
    prop_oneof![
        select(likely),
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        vec(any::<bool>(), 0..3).prop_map(Value::from),
    ]
}

const FIELDS: [(&str, &[&str]); 8] = [
    (
        "license_key",
        &[
            PRO_KEY,
            "acme revk 0000 0002",
            "ACME-EXPD-0000-0003",
            "ACME-FALL-0000-0004",
        ],
    ),
    (
        "instance_id",
        &["00000000-0000-4000-8000-000000000001", "install-1"],
    ),
    (
        "machine_hash",
        &["0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"],
    ),
    ("state", &["trial", "free_tier", "expired"]),
    ("instance_name", &["Ada's Mac"]),
    ("free_tier_instance_id", &["install-1"]),
    ("os_version", &["14.2"]),
    ("x", &["y"]),
];

/// Generates an object with a few fields, most of which have valid values.
fn any_object() -> impl Strategy<Value = Value> {
    let fields = btree_map(
        0..FIELDS.len(),
        (any::<Index>(), option::weighted(0.2, any_value())),
        2..9,
    );
    fields.prop_map(|fields| {
        let fields = fields.into_iter().map(|(at, (choice, other))| {
            let (name, fitting) = FIELDS[at];
            (
                name.to_owned(),
                other.unwrap_or_else(|| json!(choice.get(fitting))),
            )
        });
        Value::Object(fields.collect())
    })
}

/// Returns whether a field is well-formed according to the documentation.
fn is_valid_field(name: &str, value: &Value) -> bool {
    let Some(text) = value.as_str() else {
        return false;
    };
    let length = text.chars().count();
    match name {
        "license_key" => (1..=256).contains(&length),
        "instance_id" => (1..=128).contains(&length),
        "state" => ["trial", "free_tier", "expired"].contains(&text),
        _ => {
            length == 64
                && text
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        }
    }
}

fn is_well_formed(body: &Value, required: &[&str], optional: &[&str]) -> bool {
    let mut optional = optional.iter().filter(|name| !body[**name].is_null());
    required
        .iter()
        .all(|name| is_valid_field(name, &body[*name]))
        && optional.all(|name| is_valid_field(name, &body[*name]))
}

#[engine_test]
async fn generated_bodies_are_answered_as_documented(server: TestServer) {
    let mut runner = TestRunner::deterministic();
    let mut make = |strategy: BoxedStrategy<(Value, Index, u8)>| {
        let made = strategy.new_tree(&mut runner);
        made.unwrap().current()
    };
    let mut accepted = 0;
    for _ in 0..BODY_COUNT {
        let (body, at, byte) = make((any_object(), any::<Index>(), any::<u8>()).boxed());
        let text = body.to_string().into_bytes();
        let mut broken = text.clone();
        broken[at.index(text.len())] = byte;
        for (endpoint, required, optional) in ENDPOINTS {
            let status = send_checked(&server, endpoint, &text).await;
            let refused = status == StatusCode::BAD_REQUEST;
            let well_formed = is_well_formed(&body, required, optional);
            assert_eq!(refused, !well_formed, "{endpoint} {body}");
            accepted += usize::from(well_formed);
            send_checked(&server, endpoint, &broken).await;
        }
    }
    assert!(
        accepted > BODY_COUNT / 2,
        "only {accepted} bodies were well-formed"
    );
}

/// Sends a body, checks that the response is as documented, and returns its status.
async fn send_checked(server: &TestServer, endpoint: &str, body: &[u8]) -> StatusCode {
    let path = format!("/acme/notes/{endpoint}");
    let sent = Body::from(body.to_vec());
    let answer = server
        .send_device_request(Method::POST, &path, Some(&sdk_key()), sent)
        .await;
    let (status, said) = (answer.status, answer.json());
    let what = format!(
        "{endpoint} {}: {status} {said}",
        String::from_utf8_lossy(body)
    );
    match status.as_u16() {
        200 => assert!(said["error"].is_null(), "{what}"),
        400 | 402 | 404 => {
            assert!(said["error"].is_string(), "{what}");
            assert!(said["lease"].is_null(), "{what}");
        }
        422 => {
            let sentence = said["error"].as_str().unwrap_or_default();
            assert!(LICENSE_ERRORS.contains(&sentence), "{what}");
        }
        _ => panic!("{what}"),
    }
    status
}
