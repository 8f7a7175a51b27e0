//! Device identity over HTTP on both engines: by machine hash, by repeated request ID, and by
//! instance.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use keywright_domain::{activation::Activation, license::License};
use keywright_testing::{NOW, engine_test};
use serde_json::{Value, json};

use crate::support::{TestResponse, TestServer, sdk_key};

fn machine_hash(number: u32) -> String {
    format!("{number:064}")
}

async fn activate(server: &TestServer, key: &str, machine_hash: &str, name: &str) -> TestResponse {
    let body = json!({ "license_key": key, "machine_hash": machine_hash, "instance_name": name });
    server.post_device("/acme/notes/activate", &body).await
}

async fn validate(
    server: &TestServer,
    key: &str,
    instance: &Value,
    machine_hash: Option<&str>,
) -> TestResponse {
    let body = json!({ "license_key": key, "instance_id": instance, "machine_hash": machine_hash });
    let answer = server.post_device("/acme/notes/validate", &body).await;
    server.context.store.flush().await;
    answer
}

#[engine_test]
async fn device_is_identified_by_its_machine_hash(server: TestServer) {
    let key = server.insert_license_with_limit(2).await;
    let first = activate(&server, &key, &machine_hash(1), "Desk")
        .await
        .json();
    server.context.clock.set(NOW.plus_days(1));
    let again = activate(&server, &key, &machine_hash(1), "Desk, renamed")
        .await
        .json();
    assert_eq!(again["instance_id"], first["instance_id"]);
    assert_eq!(
        again["lease"]["issuedAt"],
        json!(NOW.plus_days(1).seconds()),
        "a fresh lease"
    );
    let device = server.list_activations(&key).await.remove(0);
    assert_eq!(
        (device.device_name.as_str(), device.created_at),
        ("Desk, renamed", NOW)
    );
    assert_eq!(device.last_validated_at, NOW.plus_days(1));
    activate(&server, &key, &machine_hash(1), "").await;
    assert_eq!(
        server.list_activations(&key).await[0].device_name,
        "Desk, renamed",
        "an empty name does not replace the old one"
    );
    let other = activate(&server, &key, &machine_hash(2), "Lap")
        .await
        .json();
    assert_ne!(other["instance_id"], first["instance_id"]);
    let third = activate(&server, &key, &machine_hash(3), "Third").await;
    assert_eq!(third.status, StatusCode::PAYMENT_REQUIRED);
    let known_device = activate(&server, &key, &machine_hash(1), "Desk").await;
    assert_eq!(
        known_device.status,
        StatusCode::OK,
        "full, but this device already has a slot"
    );
    assert_eq!(server.count_active_devices(&key).await, 2);
}

#[engine_test]
async fn repeated_request_id_identifies_a_device_for_ten_minutes(server: TestServer) {
    let key = server.insert_license_with_limit(99).await;
    let other_key = server.insert_license(2, |license| license).await;
    let ask = async |key: &str, request_id: Option<&str>| {
        let mut request =
            Request::post("/acme/notes/activate").header("x-keylight-sdk-key", sdk_key());
        if let Some(id) = request_id {
            request = request.header("x-keylight-request-id", id);
        }
        let body = Body::from(json!({ "license_key": key }).to_string());
        let answer = server.send(request.body(body).unwrap()).await;
        answer.json()["instance_id"].as_str().unwrap().to_owned()
    };
    let first = ask(&key, Some("r1")).await;
    let end = NOW.plus_millis(600_000);
    for (at, id, same) in [
        (NOW, Some("r1"), true),
        (NOW, Some("r2"), false),
        (NOW, None, false),
        (NOW, None, false),
        (NOW, Some("not an id"), false),
        (end, Some("r1"), true),
        (end.plus_millis(1), Some("r1"), false),
    ] {
        server.context.clock.set(at);
        assert_eq!(ask(&key, id).await == first, same, "{id:?} at {at:?}");
    }
    assert_eq!(server.count_active_devices(&key).await, 6);
    assert_ne!(ask(&other_key, Some("r1")).await, first, "another license");
    // A repeated request does not bring back a deactivated instance.
    let again = ask(&key, Some("r9")).await;
    let leave = json!({ "license_key": key, "instance_id": again });
    server.post_device("/acme/notes/deactivate", &leave).await;
    assert_ne!(ask(&key, Some("r9")).await, again);
}

#[engine_test]
async fn validate_sets_a_missing_machine_hash_and_never_changes_one(server: TestServer) {
    let key = server.insert_license(1, |license| license).await;
    let without = server
        .post_device("/acme/notes/activate", &json!({ "license_key": key }))
        .await
        .json();
    let with = activate(&server, &key, &machine_hash(1), "Has one")
        .await
        .json();
    let hash_of = async |instance: &Value| {
        let devices = server.list_activations(&key).await;
        let device = devices
            .into_iter()
            .find(|device| json!(device.instance_id) == *instance);
        device.unwrap().machine_hash.map(|hash| hash.to_string())
    };
    let (without, with) = (&without["instance_id"], &with["instance_id"]);
    // Another active instance of the license has this hash.
    let answer = validate(&server, &key, without, Some(&machine_hash(1))).await;
    assert_eq!(
        (answer.status, hash_of(without).await),
        (StatusCode::OK, None)
    );
    let answer = validate(&server, &key, without, Some(&machine_hash(2))).await;
    assert_eq!(
        (answer.status, hash_of(without).await),
        (StatusCode::OK, Some(machine_hash(2)))
    );
    for instance in [without, with] {
        let before = hash_of(instance).await;
        let answer = validate(&server, &key, instance, Some(&machine_hash(3))).await;
        assert_eq!(
            (answer.status, hash_of(instance).await),
            (StatusCode::OK, before),
            "it never changes"
        );
    }
    // The hash now identifies the device.
    let again = activate(&server, &key, &machine_hash(2), "").await.json();
    assert_eq!(&again["instance_id"], without);
}

#[engine_test]
async fn returning_device_gets_a_new_instance_and_keeps_its_history(server: TestServer) {
    let key = server.insert_license(1, |license| license).await;
    let first = activate(&server, &key, &machine_hash(1), "Desk")
        .await
        .json()["instance_id"]
        .clone();
    server.context.clock.set(NOW.plus_days(1));
    let leave = json!({ "license_key": key, "instance_id": first });
    for at in [NOW.plus_days(1), NOW.plus_days(2)] {
        // The second request is a retry and changes nothing.
        server.context.clock.set(at);
        let answer = server.post_device("/acme/notes/deactivate", &leave).await;
        assert_eq!(answer.json(), json!({ "deactivated": true }));
    }
    let second = activate(&server, &key, &machine_hash(1), "Desk")
        .await
        .json()["instance_id"]
        .clone();
    assert_ne!(second, first);
    let devices = server.list_activations(&key).await;
    let find = |instance: &Value| -> &Activation {
        devices
            .iter()
            .find(|device| json!(device.instance_id) == *instance)
            .unwrap()
    };
    let ended = find(&first).deactivation.as_ref().unwrap();
    assert_eq!(
        (ended.at, &ended.by_operator),
        (NOW.plus_days(1), &None),
        "when it happened, and that the device did it"
    );
    assert!(find(&second).deactivation.is_none());
    assert_eq!(
        validate(&server, &key, &first, None).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        validate(&server, &key, &second, None).await.status,
        StatusCode::OK
    );
    assert_eq!(server.count_active_devices(&key).await, 1);
}

#[engine_test]
async fn lowered_limit_keeps_devices_and_rejects_new_ones(server: TestServer) {
    let key = server
        .insert_license(1, |license| License {
            activation_limit: 1,
            active_count: 2,
            ..license
        })
        .await;
    let (one, other) = (
        server.insert_activation(&key, 1).await,
        server.insert_activation(&key, 2).await,
    );
    for instance in [one, other] {
        assert_eq!(
            validate(&server, &key, &json!(instance), None).await.status,
            StatusCode::OK
        );
    }
    assert_eq!(
        activate(&server, &key, &machine_hash(1), "").await.status,
        StatusCode::OK
    );
    let refused = activate(&server, &key, &machine_hash(3), "").await;
    assert_eq!(refused.status, StatusCode::PAYMENT_REQUIRED);
    let leave = json!({ "license_key": key, "instance_id": one });
    server.post_device("/acme/notes/deactivate", &leave).await;
    let refused = activate(&server, &key, &machine_hash(3), "").await;
    assert_eq!(
        refused.status,
        StatusCode::PAYMENT_REQUIRED,
        "the only slot is still taken"
    );
    assert_eq!(server.count_active_devices(&key).await, 1);
}

#[engine_test]
async fn lease_ends_with_its_license(server: TestServer) {
    let ends = NOW.plus_days(3);
    let key = server
        .insert_license(1, move |license| License {
            expires_at: Some(ends),
            fallback: true,
            ..license
        })
        .await;
    let body = activate(&server, &key, &machine_hash(1), "").await.json();
    let instance = &body["instance_id"];
    assert_eq!(body["license_expires_at"], json!(ends.seconds()));
    assert_eq!(body["lease"]["expiresAt"], json!(ends.seconds()));
    // One millisecond before the license expires, the device gets an active lease whose expiry in
    // whole seconds is still after its issue time. From the expiry, it gets a fallback lease for
    // seven days.
    server.context.clock.set(ends.plus_millis(-1));
    let body = validate(&server, &key, instance, None).await.json();
    assert_eq!(body["lease"]["status"], "active");
    assert_eq!(
        body["lease"]["expiresAt"].as_i64().unwrap() - body["lease"]["issuedAt"].as_i64().unwrap(),
        1
    );
    server.context.clock.set(ends);
    let body = validate(&server, &key, instance, None).await.json();
    assert_eq!(
        (&body["lease"]["status"], &body["lease"]["entitlements"]),
        (&json!("fallback"), &json!([]))
    );
    assert_eq!(body["lease"]["expiresAt"], json!(ends.seconds() + 604_800));
}
