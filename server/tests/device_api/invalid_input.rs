//! Malformed and unusual requests are rejected with 400 or 413, or silently accepted. They cause no
//! 422, 5xx or data loss.

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode},
};
use futures::{StreamExt, stream};
use keywright_domain::{activation::Telemetry, license::License};
use keywright_testing::{Engine, engine_test};
use serde_json::{Value, json};

use crate::support::{PRO_KEY, TestServer, sdk_key};

const ENDPOINTS: [&str; 4] = ["activate", "validate", "deactivate", "keyless"];

async fn post(
    server: &TestServer,
    endpoint: &str,
    body: impl Into<Body>,
) -> crate::support::TestResponse {
    let path = format!("/acme/notes/{endpoint}");
    server
        .send_device_request(Method::POST, &path, Some(&sdk_key()), body.into())
        .await
}

fn well_formed(endpoint: &str) -> Value {
    let mut body =
        json!({ "license_key": PRO_KEY, "instance_id": "00000000-0000-4000-8000-00000000ffff" });
    if endpoint == "keyless" {
        body = json!({ "instance_id": "install-1", "state": "trial" });
    }
    body
}

#[engine_test]
async fn unreadable_body_is_rejected(server: TestServer) {
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_field = format!(r#"{{"license_key":{deep}}}"#);
    let bodies: [&[u8]; 20] = [
        b"",
        b" ",
        b"null",
        b"7",
        b"\"text\"",
        b"[]",
        b"[{}]",
        b"{",
        b"{}",
        b"{}}",
        b"\0",
        b"\xff\xfe{\0}\0",
        br#"{"license_key""#,
        br#"{"license_key":"ACME-PRO0-0000-0001","instance_id":"x","state":"trial""#,
        br#"{"license_key":"a","license_key":"b","instance_id":"c","instance_id":"c","state":"trial"}"#,
        br#"{"license_key":"a","instance_id":"c","state":"trial","state":"trial"}x"#,
        br"{'license_key':'a'}",
        br#"{"license_key":NaN,"instance_id":NaN}"#,
        deep.as_bytes(),
        deep_field.as_bytes(),
    ];
    for endpoint in ENDPOINTS {
        for body in bodies {
            let answer = post(&server, endpoint, body.to_vec()).await;
            let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{endpoint} {shown}");
            assert!(answer.json()["error"].is_string(), "{endpoint} {shown}");
            assert_eq!(
                answer.json().as_object().unwrap().len(),
                1,
                "{endpoint} {shown}"
            );
        }
        for length in [65_537, 1_000_000, 3_000_000] {
            let answer = post(&server, endpoint, "x".repeat(length)).await;
            assert_eq!(
                answer.status,
                StatusCode::PAYLOAD_TOO_LARGE,
                "{endpoint} {length}"
            );
        }
        // The longest body that fits.
        let mut longest = well_formed(endpoint);
        let room = 65_536 - longest.to_string().len() - r#","x":"""#.len();
        longest["x"] = json!("x".repeat(room));
        let longest = longest.to_string();
        assert_eq!(longest.len(), 65_536);
        assert_ne!(
            post(&server, endpoint, longest).await.status,
            StatusCode::PAYLOAD_TOO_LARGE
        );
        // A body that ends prematurely.
        let halves = stream::iter([
            Ok(Bytes::from_static(b"{")),
            Err(std::io::Error::other("cut")),
        ]);
        let broken = post(&server, endpoint, Body::from_stream(halves)).await;
        assert_eq!(broken.status, StatusCode::BAD_REQUEST, "{endpoint}");
    }
    // The longest body that fits activated a device. The others left nothing behind.
    assert_eq!(server.count_active_devices(PRO_KEY).await, 1);
}

/// Returns values of every JSON type.
fn json_values() -> [Value; 9] {
    [
        json!(null),
        json!(true),
        json!(0),
        json!(-1.5),
        json!(""),
        json!([]),
        json!(["x"]),
        json!({}),
        json!({ "license_key": "x" }),
    ]
}

/// Truncates a value for assertion messages.
fn truncated(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}

#[engine_test]
async fn field_of_the_wrong_type_is_rejected_where_it_is_used(server: TestServer) {
    let listed: [(&str, &[&str]); 4] = [
        ("activate", &["license_key", "machine_hash"]),
        ("validate", &["license_key", "instance_id", "machine_hash"]),
        ("deactivate", &["license_key", "instance_id"]),
        ("keyless", &["instance_id", "state", "machine_hash"]),
    ];
    for (endpoint, fields) in listed {
        let good = post(&server, endpoint, well_formed(endpoint).to_string())
            .await
            .status;
        for field in ["license_key", "instance_id", "machine_hash", "state"] {
            let too_long = json!("x".repeat(257));
            let upper = json!("A".repeat(64));
            for value in json_values().into_iter().chain([too_long, upper]) {
                let mut body = well_formed(endpoint);
                body[field] = value.clone();
                let answer = post(&server, endpoint, body.to_string()).await;
                // An optional field that is null counts as absent. A string of 64 letters can be
                // a key or an instance ID, but not a hash.
                let fits = match field {
                    "machine_hash" => value.is_null(),
                    "state" => false,
                    _ => value
                        .as_str()
                        .is_some_and(|text| (1..=64).contains(&text.len())),
                };
                let refused = fields.contains(&field) && !fits;
                let what = format!("{endpoint} {field} {}", truncated(&value));
                if refused {
                    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}");
                } else {
                    assert!(
                        !answer.status.is_server_error()
                            && answer.status != StatusCode::BAD_REQUEST,
                        "{what}"
                    );
                }
                if !fields.contains(&field) {
                    assert!(answer.status == good || endpoint == "activate", "{what}");
                }
            }
        }
    }
}

#[engine_test]
async fn invalid_text_becomes_the_replacement_character(server: TestServer) {
    let key = server.insert_license_with_limit(9).await;
    for (number, (name, kept)) in (1..).zip([
        (&br#""a\ud83d""#[..], "a\u{FFFD}"),
        (br#""\ude00b""#, "\u{FFFD}b"),
        (br#""\ud83d\ude00""#, "😀"),
        (b"\"c\xff\xfed\"", "c\u{FFFD}\u{FFFD}d"),
        (br#""\u0000e\u202e\u0007""#, "e"),
        (br#""\u0000""#, "Unknown device"),
        (br#""   ""#, "Unknown device"),
        (b"7", "Unknown device"),
    ]) {
        let mut body =
            format!(r#"{{"license_key":"{key}","machine_hash":"{number:064}","instance_name":"#)
                .into_bytes();
        body.extend_from_slice(name);
        body.push(b'}');
        let answer = post(&server, "activate", body).await;
        assert_eq!(answer.status, StatusCode::OK, "{kept}: {}", answer.text());
        let instance = answer.json()["instance_id"].as_str().unwrap().to_owned();
        let devices = server.list_activations(&key).await;
        let device = devices
            .iter()
            .find(|device| device.instance_id.to_string() == instance);
        assert_eq!(device.unwrap().device_name, kept);
    }
    // In lookup fields, such a value counts as unknown, not as malformed.
    for endpoint in ["validate", "deactivate"] {
        let body = br#"{"license_key":"\u0000\ud83d","instance_id":"\u0000"}"#;
        assert_eq!(
            post(&server, endpoint, body.to_vec()).await.status,
            StatusCode::NOT_FOUND
        );
        let body = format!(r#"{{"license_key":"{key}","instance_id":"\u0000\ud83d"}}"#);
        assert_eq!(
            post(&server, endpoint, body).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
    }
    let beacon = br#"{"instance_id":"\u0000\ud83d","state":"trial"}"#;
    assert_eq!(
        post(&server, "keyless", beacon.to_vec()).await.status,
        StatusCode::OK
    );
}

const TELEMETRY: [&str; 10] = [
    "app_version",
    "sdk_version",
    "platform",
    "sdk",
    "os_version",
    "arch",
    "cpu_cores",
    "memory",
    "sdk_trial_duration_days",
    "free_tier_instance_id",
];

#[engine_test]
async fn telemetry_never_causes_a_rejection(server: TestServer) {
    let key = server
        .insert_license(1, |license| License {
            active_count: 1,
            ..license
        })
        .await;
    let instance = server.insert_activation(&key, 1).await;
    let machine = format!("{:064}", 1);
    let licensed = json!({ "license_key": key, "instance_id": instance, "machine_hash": machine, "state": "trial" });
    let long = json!("v".repeat(20_000));
    let emoji = json!("😀".repeat(1_000));
    let odd = [
        json!("\u{0}\u{202e}"),
        json!(-1),
        json!("1e999"),
        long,
        emoji,
    ];
    for endpoint in ["activate", "validate", "keyless", "deactivate"] {
        for field in TELEMETRY {
            for value in json_values().into_iter().chain(odd.clone()) {
                let mut body = licensed.clone();
                body[field] = value.clone();
                if endpoint == "deactivate" {
                    // A device that is already deactivated gets the same response.
                    body["instance_name"] = value.clone();
                }
                let answer = post(&server, endpoint, body.to_string()).await;
                assert_eq!(
                    answer.status,
                    StatusCode::OK,
                    "{endpoint} {field} {}: {}",
                    truncated(&value),
                    answer.text()
                );
            }
            // A number that is out of range is still valid JSON.
            let text = licensed.to_string();
            let body = format!("{},\"{field}\":-1e99999}}", text.strip_suffix('}').unwrap());
            assert_eq!(
                post(&server, endpoint, body).await.status,
                StatusCode::OK,
                "{endpoint} {field}"
            );
        }
        if endpoint == "activate" {
            let telemetry = json!({
                "app_version": "v".repeat(100), "sdk_version": "0.7.0", "sdk": "rust", "platform": "p".repeat(40),
                "os_version": "14.2.1", "arch": "aarch64", "cpu_cores": "5-8", "memory": "<4GB",
                "sdk_trial_duration_days": 30, "free_tier_instance_id": "install-1",
            });
            let mut body = licensed.clone();
            body.as_object_mut()
                .unwrap()
                .extend(telemetry.as_object().unwrap().clone());
            assert_eq!(
                post(&server, endpoint, body.to_string()).await.status,
                StatusCode::OK
            );
            let device = server.list_activations(&key).await.remove(0);
            assert_eq!(device.free_tier_instance_id.as_deref(), Some("install-1"));
            let kept = Telemetry {
                app_version: Some("v".repeat(64)),
                sdk_version: Some("0.7.0".into()),
                sdk: Some("rust".into()),
                platform: Some("p".repeat(32)),
                os_version: Some("14.2.1".into()),
                arch: Some("arm64".into()),
                cpu_cores: Some("5-8".into()),
                memory: Some("<4GB".into()),
                trial_duration_days: Some(30),
            };
            assert_eq!(device.telemetry, kept);
            // A missing or invalid value does not replace the old one.
            let mut body = licensed.clone();
            body["memory"] = json!("a lot");
            body["app_version"] = json!("2");
            post(&server, endpoint, body.to_string()).await;
            let device = server.list_activations(&key).await.remove(0);
            assert_eq!(
                device.telemetry,
                Telemetry {
                    app_version: Some("2".into()),
                    ..kept
                }
            );
            assert_eq!(device.free_tier_instance_id.as_deref(), Some("install-1"));
        }
    }
}

#[engine_test]
async fn key_is_recognized_in_any_spelling(server: TestServer) {
    let key = server.insert_license_with_limit(99).await;
    assert_eq!(key, "ACME-TEST-0000-0001");
    for typed in [
        "ACME-TEST-0000-0001",
        "acmetest00000001",
        " acme test 0000 0001\n",
        "Acme\u{2010}Test\u{2014}0000\u{2212}0001",
        "\u{FF21}\u{FF23}\u{FF2D}\u{FF25}\u{FF0D}\u{FF54}\u{FF45}\u{FF53}\u{FF54}-0000-\u{FF10}\u{FF10}\u{FF10}\u{FF11}",
        "\u{FEFF}ACME\u{3000}TEST\u{A0}0000\u{2003}0001\u{200B}",
        "A-C-M-E-T-E-S-T-0-0-0-0-0-0-0-1-",
    ] {
        let activated = post(
            &server,
            "activate",
            json!({ "license_key": typed }).to_string(),
        )
        .await;
        assert_eq!(activated.status, StatusCode::OK, "{typed:?}");
        let body = json!({ "license_key": typed, "instance_id": activated.json()["instance_id"] })
            .to_string();
        for endpoint in ["validate", "deactivate"] {
            assert_eq!(
                post(&server, endpoint, body.clone()).await.status,
                StatusCode::OK,
                "{endpoint} {typed:?}"
            );
        }
    }
    for typed in [
        "-",
        " \u{2014}",
        "ACME_TEST_0000_0001",
        "ACME-TEST-0000-0001\0",
        "ÄCME-TEST-0000-0001",
    ] {
        for endpoint in ["activate", "validate", "deactivate"] {
            let body = json!({ "license_key": typed, "instance_id": "x" }).to_string();
            let answer = post(&server, endpoint, body).await;
            assert_eq!(
                (answer.status, answer.json()),
                (
                    StatusCode::NOT_FOUND,
                    json!({ "error": "License key not found" })
                ),
                "{endpoint} {typed:?}"
            );
        }
    }
}

/// A client whose body never ends gets a response within ten seconds.
#[tokio::test]
async fn endless_body_times_out_after_ten_seconds() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    tokio::time::pause();
    let began = tokio::time::Instant::now();
    let never =
        stream::iter([Ok::<_, std::io::Error>(Bytes::from_static(b"{"))]).chain(stream::pending());
    let answer = post(&server, "validate", Body::from_stream(never)).await;
    let expected = json!({ "error": "Service temporarily unavailable" });
    assert_eq!(
        (answer.status, answer.json()),
        (StatusCode::SERVICE_UNAVAILABLE, expected)
    );
    assert_eq!(began.elapsed().as_secs(), 10);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn content_type_is_ignored() {
    let server = TestServer::with_demo_data(Engine::Sqlite).await;
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "nonsense",
    ] {
        let request = Request::post("/acme/notes/activate")
            .header("x-keylight-sdk-key", sdk_key())
            .header("content-type", content_type);
        let body = json!({ "license_key": PRO_KEY, "machine_hash": format!("{:064}", 1) });
        let answer = server
            .send(request.body(Body::from(body.to_string())).unwrap())
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{content_type}");
    }
}
