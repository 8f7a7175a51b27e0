//! Rate limits per address over HTTP: floods and key guessing.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use keywright_domain::license::{License, LicenseState};
use keywright_service::rate_limit::RateLimitConfig;
use keywright_testing::{Engine, engine_test};
use serde_json::{Value, json};

use crate::support::{PRO_KEY, TestResponse, TestServer, with_peer_address};

const ACTIVATE: &str = "/acme/notes/activate";
const VALIDATE: &str = "/acme/notes/validate";
const DEACTIVATE: &str = "/acme/notes/deactivate";

/// Addresses of a client that guesses keys and of an unrelated client.
const GUESSER_ADDRESS: &str = "192.0.2.1";
const OTHER_ADDRESS: &str = "192.0.2.2";

fn limit_failed_lookups(failed_lookups: u32) -> RateLimitConfig {
    RateLimitConfig {
        failed_lookups_per_minute: failed_lookups,
        ..RateLimitConfig::default()
    }
}

fn key_body(key: &str) -> Value {
    json!({ "license_key": key, "machine_hash": "1".repeat(64) })
}

fn instance_body(key: &str, instance: &Value) -> Value {
    json!({ "license_key": key, "instance_id": instance })
}

fn assert_rate_limited(answer: &TestResponse) {
    let told = (answer.status, answer.json(), answer.header("retry-after"));
    let expected = json!({ "error": "Too many requests" });
    assert_eq!(told, (StatusCode::TOO_MANY_REQUESTS, expected, "5"));
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[engine_test]
#[expect(clippy::too_many_lines, reason = "one scenario, step by step")]
async fn key_guessing_is_blocked_while_active_devices_keep_working(engine: Engine) {
    let server = TestServer::with_rate_limits(engine, limit_failed_lookups(30), &[]).await;
    let ask = |path, body: Value| {
        let server = &server;
        async move {
            server
                .post_device_from(GUESSER_ADDRESS, None, path, &body)
                .await
        }
    };
    let active_instance = ask(ACTIVATE, key_body(PRO_KEY)).await.json()["instance_id"].clone();
    let deactivated = ask(ACTIVATE, json!({ "license_key": PRO_KEY }))
        .await
        .json()["instance_id"]
        .clone();
    let left = ask(DEACTIVATE, instance_body(PRO_KEY, &deactivated)).await;
    assert_eq!(left.status, StatusCode::OK);
    let ended = |state| move |license| License { state, ..license };
    let revoked = server.insert_license(2, ended(LicenseState::Revoked)).await;
    let full = server
        .insert_license(3, |license| License {
            activation_limit: 1,
            active_count: 1,
            ..license
        })
        .await;
    server.insert_activation(&full, 3).await;

    // A 402 or a 422 is not a failed lookup. Every 404 and 401 is, whatever the endpoint.
    for _ in 0..40 {
        let answer = ask(ACTIVATE, key_body(&full)).await;
        assert_eq!(answer.status, StatusCode::PAYMENT_REQUIRED);
        let answer = ask(VALIDATE, instance_body(PRO_KEY, &deactivated)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for number in 0..7 {
        let guess = format!("ACME-GUES-SSSS-{number:04}");
        for (path, body, status) in [
            (ACTIVATE, key_body(&guess), 404),
            (ACTIVATE, key_body(&revoked), 404),
            (VALIDATE, instance_body(&guess, &active_instance), 404),
            (DEACTIVATE, instance_body(&guess, &active_instance), 404),
        ] {
            assert_eq!(ask(path, body).await.status.as_u16(), status);
        }
    }
    let answer = ask(
        "/acme/none/validate",
        instance_body(PRO_KEY, &active_instance),
    )
    .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let request = Request::post(ACTIVATE).body(Body::from(key_body(PRO_KEY).to_string()));
    let answer = server
        .send(with_peer_address(GUESSER_ADDRESS, request.unwrap()))
        .await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    // Thirty failed lookups do not exceed the limit of thirty.
    let answer = ask(ACTIVATE, key_body("ACME-GUES-SSSS-0031")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);

    // Beyond the limit, right and wrong keys get the same response, except from a device that
    // holds an active instance.
    let unknown = "ACME-GUES-SSSS-9999";
    for asked in [
        key_body(unknown),
        key_body(PRO_KEY),
        key_body(&revoked),
        key_body(&full),
        key_body("not a key"),
    ] {
        assert_rate_limited(&ask(ACTIVATE, asked).await);
    }
    for path in [VALIDATE, DEACTIVATE] {
        for asked in [
            instance_body(unknown, &active_instance),
            instance_body(PRO_KEY, &json!("00000000-0000-4000-8000-000000000009")),
            instance_body(PRO_KEY, &json!("no uuid")),
        ] {
            assert_rate_limited(&ask(path, asked).await);
        }
    }
    assert_rate_limited(&ask(VALIDATE, instance_body(PRO_KEY, &deactivated)).await);
    let request = Request::post(ACTIVATE).body(Body::from("{}"));
    let answer = server
        .send(with_peer_address(GUESSER_ADDRESS, request.unwrap()))
        .await;
    assert_eq!(
        answer.status,
        StatusCode::BAD_REQUEST,
        "the body is checked first"
    );
    let known_device = ask(VALIDATE, instance_body(PRO_KEY, &active_instance)).await;
    assert_eq!(
        known_device.status,
        StatusCode::OK,
        "{}",
        known_device.text()
    );
    let left = ask(DEACTIVATE, instance_body(PRO_KEY, &active_instance)).await;
    assert_eq!(left.status, StatusCode::OK, "{}", left.text());
    let again = ask(DEACTIVATE, instance_body(PRO_KEY, &active_instance)).await;
    assert_eq!(again.status, StatusCode::OK, "{}", again.text());

    // The limit affects neither other addresses nor requests for the public keys.
    let other = server
        .post_device_from(OTHER_ADDRESS, None, ACTIVATE, &key_body(PRO_KEY))
        .await;
    assert_eq!(other.status, StatusCode::OK, "{}", other.text());
    let request = Request::get("/acme/.well-known/keylight-keys").body(Body::empty());
    let keys = server
        .send(with_peer_address(GUESSER_ADDRESS, request.unwrap()))
        .await;
    assert_eq!(keys.status, StatusCode::OK);
}

#[engine_test]
async fn failed_lookups_count_for_one_minute(engine: Engine) {
    let server = TestServer::with_rate_limits(engine, limit_failed_lookups(1), &[]).await;
    let start = keywright_testing::NOW;
    let ask = |millis: i64, asked: &'static str| {
        server.context.clock.set(start.plus_millis(millis));
        let server = &server;
        async move {
            server
                .post_device_from(GUESSER_ADDRESS, None, ACTIVATE, &key_body(asked))
                .await
                .status
        }
    };
    let unknown = "ACME-GUES-SSSS-0001";
    assert_eq!(ask(0, unknown).await, StatusCode::NOT_FOUND);
    assert_eq!(ask(1_000, unknown).await, StatusCode::NOT_FOUND);
    for millis in [1_000, 30_000, 59_999] {
        assert_eq!(ask(millis, PRO_KEY).await, StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(ask(60_000, PRO_KEY).await, StatusCode::OK);
    assert_eq!(ask(60_000, unknown).await, StatusCode::NOT_FOUND);
    assert_eq!(ask(60_999, PRO_KEY).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(ask(61_000, PRO_KEY).await, StatusCode::OK);
}

#[tokio::test]
async fn forwarded_address_is_used_only_from_trusted_proxies() {
    let unknown = key_body("ACME-GUES-SSSS-0001");
    for (proxies, forwarded, expected) in [
        (&[][..], "198.51.100.1", StatusCode::TOO_MANY_REQUESTS),
        (
            &[GUESSER_ADDRESS][..],
            "198.51.100.1",
            StatusCode::TOO_MANY_REQUESTS,
        ),
        (&[GUESSER_ADDRESS][..], "198.51.100.2", StatusCode::OK),
        // The guesser prepends another address.
        (
            &[GUESSER_ADDRESS][..],
            "198.51.100.2, 198.51.100.1",
            StatusCode::TOO_MANY_REQUESTS,
        ),
        (
            &[OTHER_ADDRESS][..],
            "198.51.100.2",
            StatusCode::TOO_MANY_REQUESTS,
        ),
    ] {
        let server =
            TestServer::with_rate_limits(Engine::Sqlite, limit_failed_lookups(1), proxies).await;
        let guess =
            server.post_device_from(GUESSER_ADDRESS, Some("198.51.100.1"), ACTIVATE, &unknown);
        assert_eq!(guess.await.status, StatusCode::NOT_FOUND);
        let guess =
            server.post_device_from(GUESSER_ADDRESS, Some("198.51.100.1"), ACTIVATE, &unknown);
        assert_eq!(guess.await.status, StatusCode::NOT_FOUND);
        let right = key_body(PRO_KEY);
        let asked = server.post_device_from(GUESSER_ADDRESS, Some(forwarded), ACTIVATE, &right);
        assert_eq!(asked.await.status, expected, "{proxies:?} {forwarded}");
    }
}

#[tokio::test]
async fn flood_is_rejected_before_the_body_is_read_and_per_address() {
    let limits = RateLimitConfig {
        requests_per_second: 5,
        ..RateLimitConfig::default()
    };
    let server = TestServer::with_rate_limits(Engine::Sqlite, limits, &[]).await;
    let flood = (0..200).map(|_| {
        let request = Request::post(VALIDATE).body(Body::from("no JSON"));
        server.send(with_peer_address(GUESSER_ADDRESS, request.unwrap()))
    });
    let answers = futures::future::join_all(flood).await;
    let (refused, read): (Vec<_>, Vec<_>) = answers
        .iter()
        .partition(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS);
    // In the meantime, the limiter admits one more request every 200 ms.
    assert!((5..100).contains(&read.len()), "{}", read.len());
    assert!(
        read.iter()
            .all(|answer| answer.status == StatusCode::BAD_REQUEST)
    );
    assert_rate_limited(refused[0]);
    // Neither CORS preflight requests nor the dashboard count.
    for (method, path, status) in [("OPTIONS", VALIDATE, 204), ("GET", "/login", 200)] {
        let request = Request::builder().method(method).uri(path);
        let answer = server
            .send(with_peer_address(
                GUESSER_ADDRESS,
                request.body(Body::empty()).unwrap(),
            ))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
    }
    let other = server
        .post_device_from(OTHER_ADDRESS, None, ACTIVATE, &key_body(PRO_KEY))
        .await;
    assert_eq!(other.status, StatusCode::OK);
}

#[tokio::test]
async fn every_limit_can_be_disabled() {
    let limits = RateLimitConfig {
        requests_per_second: 0,
        failed_lookups_per_minute: 0,
        keyless_installs_per_hour: 0,
        failed_logins: 0,
    };
    let server = TestServer::with_rate_limits(Engine::Sqlite, limits, &[]).await;
    let guesses = (0..400).map(|_| {
        let server = &server;
        async move {
            let unknown = key_body("ACME-GUES-SSSS-0001");
            server
                .post_device_from(GUESSER_ADDRESS, None, ACTIVATE, &unknown)
                .await
                .status
        }
    });
    let answers = futures::future::join_all(guesses).await;
    assert_eq!(answers, vec![StatusCode::NOT_FOUND; 400]);
}
