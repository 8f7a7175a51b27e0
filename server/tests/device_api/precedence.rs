//! If several errors apply, the check that comes first decides the response.

use axum::{body::Body, http::Method};
use keywright_domain::license::{License, LicenseState};
use keywright_testing::{Engine, NOW, engine_test};
use serde_json::json;

use crate::support::{TestServer, acme_caller, sdk_key};

/// Goes from the last check to the first: each step adds a fault that takes precedence over the
/// earlier ones.
#[engine_test]
async fn request_checks_have_a_fixed_order(engine: Engine) {
    let unknown =
        json!({ "license_key": "ACME-NONE-0000-0009", "instance_id": "x", "state": "trial" })
            .to_string();
    let too_long = "x".repeat(70_000);
    for endpoint in ["activate", "validate", "deactivate", "keyless"] {
        let server = TestServer::with_demo_data(engine).await;
        let ask = async |path: &str, key: &str, body: &str| {
            let body = Body::from(body.to_owned());
            let path = format!("{path}/{endpoint}");
            server
                .send_device_request(Method::POST, &path, Some(key), body)
                .await
                .status
                .as_u16()
        };
        let key = sdk_key();
        let first = if endpoint == "keyless" { 200 } else { 404 };
        assert_eq!(
            ask("/acme/notes", &key, &unknown).await,
            first,
            "{endpoint}"
        );
        let path = format!("/acme/nothing/{endpoint}");
        let nothing = server.send_device_request(
            Method::POST,
            &path,
            Some(&key),
            Body::from(unknown.clone()),
        );
        assert_eq!(
            nothing.await.json(),
            json!({ "error": "Product not found" }),
            "{endpoint}"
        );
        server
            .context
            .services
            .tenants
            .suspend(&acme_caller())
            .await
            .unwrap();
        assert_eq!(
            ask("/acme/nothing", &key, &unknown).await,
            403,
            "{endpoint}"
        );
        assert_eq!(
            ask("/acme/nothing", "wrong", &unknown).await,
            401,
            "{endpoint}"
        );
        assert_eq!(
            ask("/nobody/nothing", "wrong", "{}").await,
            400,
            "{endpoint}"
        );
        assert_eq!(
            ask("/nobody/nothing", "wrong", &too_long).await,
            413,
            "{endpoint}"
        );
        let options =
            server.send_device_request(Method::OPTIONS, &path, None, Body::from(too_long.clone()));
        assert_eq!(options.await.status, 204, "{endpoint}");
    }
}

/// License state, whether it has expired, number of active devices, and whether the requesting
/// device is one of them.
type Case = (LicenseState, bool, u32, bool);

async fn insert_license(
    server: &TestServer,
    number: u32,
    (state, expired, active_count, has_device): Case,
    fallback: bool,
) -> (String, String) {
    let key = server.insert_license(number, |license| License {
        state,
        expires_at: expired.then_some(NOW),
        active_count,
        fallback,
        ..license
    });
    let key = key.await;
    let instance = if has_device {
        server.insert_activation(&key, number).await.to_string()
    } else {
        "00000000-0000-4000-8000-00000000ffff".to_owned()
    };
    (key, instance)
}

#[engine_test]
async fn activate_checks_the_status_then_the_device_then_the_limit(engine: Engine) {
    use LicenseState::{Active, Reminted, Revoked};
    let server = TestServer::with_demo_data(engine).await;
    let not_found = (404, json!({ "error": "License key not found" }));
    let expired = (
        422,
        json!({ "error": "License expired", "activated": false }),
    );
    let full = (402, json!({ "error": "Activation limit reached" }));
    for (number, (case, expected)) in (1..).zip([
        ((Revoked, true, 3, true), &not_found),
        ((Revoked, false, 3, true), &not_found),
        ((Reminted, true, 3, false), &not_found),
        ((Reminted, false, 1, true), &not_found),
        ((Active, true, 3, true), &expired),
        ((Active, true, 3, false), &expired),
        ((Active, true, 0, false), &expired),
        ((Active, false, 3, false), &full),
    ]) {
        let (key, _) = insert_license(&server, number, case, true).await;
        let ask = json!({ "license_key": key, "machine_hash": format!("{number:064}") });
        let answer = server.post_device("/acme/notes/activate", &ask).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            *expected,
            "{case:?}"
        );
    }
    let (key, instance) = insert_license(&server, 99, (Active, false, 3, true), false).await;
    let ask = json!({ "license_key": key, "machine_hash": format!("{:064}", 99) });
    let kept = server
        .post_device("/acme/notes/activate", &ask)
        .await
        .json();
    assert_eq!(
        kept["instance_id"],
        json!(instance),
        "full, but this device already has a slot"
    );
}

#[engine_test]
async fn validate_checks_the_state_then_the_instance_then_the_expiry(engine: Engine) {
    use LicenseState::{Active, Reminted, Revoked};
    let server = TestServer::with_demo_data(engine).await;
    let revoked = Some("License has been revoked");
    let reminted = Some("License has been reminted");
    let no_instance = Some("Instance not found or deactivated");
    let mut number = 0;
    for (case, fallback, error, lease) in [
        ((Revoked, true, 1, true), true, revoked, None),
        ((Revoked, false, 0, false), false, revoked, None),
        ((Reminted, true, 1, true), true, reminted, None),
        ((Reminted, true, 0, false), true, reminted, None),
        ((Active, true, 0, false), true, no_instance, None),
        ((Active, true, 0, false), false, no_instance, None),
        ((Active, false, 0, false), true, no_instance, None),
        (
            (Active, true, 1, true),
            true,
            Some("License expired"),
            Some("fallback"),
        ),
        (
            (Active, true, 1, true),
            false,
            Some("License expired"),
            Some("expired"),
        ),
        ((Active, false, 1, true), true, None, Some("active")),
    ] {
        number += 1;
        let (key, instance) = insert_license(&server, number, case, fallback).await;
        let ask = json!({ "license_key": key, "instance_id": instance });
        let answer = server.post_device("/acme/notes/validate", &ask).await;
        let body = answer.json();
        let status = if error.is_none() { 200 } else { 422 };
        assert_eq!(answer.status.as_u16(), status, "{case:?}");
        assert_eq!(
            (body["error"].as_str(), body["lease"]["status"].as_str()),
            (error, lease),
            "{case:?}"
        );
    }
}
