//! The `serve` command, from startup to shutdown.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    thread,
};

use futures::FutureExt;
use keywright_domain::{ids::TenantId, time::Timestamp};
use keywright_store::{SealedSigningKey, Store, StoreError};

use serde_json::json;

use crate::support::{
    device::{SDK_KEY, activate, mint_keys, validate},
    instance::Installation,
    raw_http::{get, send, sign_in_session},
};

#[test]
fn server_runs_until_stopped_and_logs_no_secrets() {
    let installation = Installation::with_demo();
    let mut server = installation.serve();
    assert!(get(&server.address, "/health").starts_with("HTTP/1.1 200"));
    assert!(get(&server.address, "/ready").starts_with("HTTP/1.1 200"));
    assert!(get(&server.address, "/login?token=hush").contains("Sign in"));
    assert!(
        get(&server.address, "/acme/.well-known/keylight-keys").contains("\"primary_kid\":\"k1\"")
    );
    let log = server.stop();
    assert!(log.contains("stopping"), "{log}");
    assert!(!log.contains("hush"), "{log}");
}

#[test]
fn second_signal_stops_the_server_immediately() {
    let installation = Installation::with_demo();
    let mut server = installation.serve();
    // A request in flight: the server has asked for its body, which never arrives.
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = "POST /acme/notes/activate HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; 21];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue");
    assert_eq!(server.stop_immediately(), Some(1));
}

/// Open event streams would otherwise delay shutdown by the whole grace period.
#[test]
fn shutdown_does_not_wait_for_event_streams() {
    let installation = Installation::with_demo();
    let mut server = installation.serve();
    let cookie = sign_in_session(&server.address, "viewer@acme.test");
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let head = format!("GET /events?list HTTP/1.1\r\nHost: x\r\nCookie: {cookie}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut read = String::new();
    while !read.contains(": open") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        read.push(char::from(byte[0]));
    }
    let log = server.stop();
    assert!(!log.contains("grace period"), "{log}");
    stream.read_to_string(&mut read).unwrap();
    assert!(
        read.ends_with("0\r\n\r\n"),
        "the stream has a final chunk: {read}"
    );
}

#[test]
fn log_has_the_client_request_id_and_no_secrets() {
    let mut installation = Installation::with_demo();
    installation.log_filter = Some("keywright=debug");
    let mut server = installation.serve();
    let body = r#"{"license_key":"ACME-PRO0-0000-0001","instance_name":"Hush"}"#;
    let sdk_key = format!("sdk_live_{}", "0".repeat(64));
    let headers = [
        ("X-Keylight-SDK-Key", sdk_key.as_str()),
        ("X-Keylight-Request-Id", "device-request-7"),
    ];
    let answer = send(
        &server.address,
        "POST",
        "/acme/notes/activate?hush=1",
        &headers,
        body,
    );
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("device-request-7"),
        "{answer}"
    );
    let log = server.stop();
    let line = log
        .lines()
        .find(|line| line.contains("device-request-7"))
        .unwrap_or_else(|| panic!("{log}"));
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(line["client_request_id"], "device-request-7");
    assert_eq!(line["request_id"].as_str().unwrap().len(), 32);
    assert_eq!(
        (&line["route"], &line["status"]),
        (&"/{tenant}/{product}/activate".into(), &200.into())
    );
    for secret in ["sdk_live_", "ACME-PRO0", "ACMEPRO0", "hush", "Hush"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

/// A retired key is removed automatically once its last lease has expired.
#[test]
fn signing_keys_without_valid_leases_are_removed() {
    let installation = Installation::with_demo();
    let url = format!(
        "sqlite:{}",
        installation.data_dir().join("keywright.db").display()
    );
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let store = Store::open(&url).await.unwrap();
        let key = SealedSigningKey {
            kid: "k2".parse().unwrap(),
            public_key: "8QkyJGwaIqAuN0jdsCnBtv3D9fylv4PHqCVufx7xje0=".into(),
            sealed_private_key: "sealed".into(),
        };
        let rotated = store.write(move |tx| {
            async move {
                let (acme, long_ago): (TenantId, _) = (
                    "acme".parse().unwrap(),
                    Timestamp::from_seconds(1_700_000_000),
                );
                tx.insert_signing_key(&acme, &key, long_ago).await?;
                tx.promote_signing_key(&acme, &key.kid, long_ago).await
            }
            .boxed()
        });
        assert!(rotated.await.map_err(|error: StoreError| error).unwrap());
        store.close().await;
    });
    let mut server = installation.serve();
    server.read_log_until("dropped retired signing key");
    let keys = get(&server.address, "/acme/.well-known/keylight-keys");
    assert!(
        keys.contains(r#""primary_kid":"k2""#) && !keys.contains(r#""kid":"k1""#),
        "{keys}"
    );
    server.stop();
}

/// A change made on the command line takes effect with the server's next response.
#[test]
fn running_server_sees_command_line_changes() {
    let installation = Installation::with_demo();
    let mut server = installation.serve();
    let keys = || get(&server.address, "/acme/.well-known/keylight-keys");
    installation.run_ok("signing-key create --tenant acme");
    assert!(keys().contains(r#""primary_kid":"k1""#) && keys().contains(r#""kid":"k2""#));
    installation.run_ok("signing-key promote --tenant acme --kid k2 --now");
    assert!(keys().contains(r#""primary_kid":"k2""#) && keys().contains(r#""kid":"k1""#));
    let config = || get(&server.address, "/indie/pixel/config");
    assert!(config().ends_with("{}"), "{}", config());
    installation.run_ok("product update --tenant indie --product pixel --free-tier on");
    assert!(
        config().ends_with(r#"{"free_tier_enabled":true}"#),
        "{}",
        config()
    );
    installation.run_ok("sdk-key create --tenant indie");
    assert!(config().starts_with("HTTP/1.1 401"));
    server.stop();
}

/// Returns the value of the first series that starts with `series`.
fn metric_value(metrics: &str, series: &str) -> f64 {
    let line = metrics.lines().find(|line| line.starts_with(series));
    let line = line.unwrap_or_else(|| panic!("{series} in {metrics}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn metrics_count_events_without_identifying_anyone() {
    let installation = Installation::with_demo();
    let keys = mint_keys(&installation, 3);
    let server = installation.serve_with("--metrics-listen 127.0.0.1:0");
    let metrics_address = server.logged_address("serving metrics on");
    let (_, activated) = activate(&server.address, &keys[0], 1);
    let instance = activated["instance_id"].as_str().unwrap();
    for _ in 0..3 {
        assert_eq!(validate(&server.address, &keys[0], instance).0, "200");
    }
    assert_eq!(
        activate(&server.address, "ACME-NONE-NONE-NONE-NONE", 1).0,
        "404"
    );
    assert_eq!(activate(&server.address, "ACME-EXPD-0000-0003", 1).0, "422");
    assert_eq!(
        validate(&server.address, "ACME-EXPD-0000-0003", instance).0,
        "422"
    );
    let form = "email=viewer%40acme.test&password=a+wrong+guess";
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    send(&server.address, "POST", "/session", &headers, form);
    get(&server.address, "/licenses?q=ada%40example.test");
    send(&server.address, "BREW", "/acme/notes/validate", &[], "");

    // The first maintenance run may still be in progress, so its metrics may appear later.
    let scrapes = std::iter::repeat_with(|| get(&metrics_address, "/metrics"));
    let purged = "keywright_purged_rows_total{table=\"audit_entries\"}";
    let metrics = scrapes.take(1_000).find(|metrics| metrics.contains(purged));
    let metrics = metrics.expect("no purge was counted");
    assert!(metrics.starts_with("HTTP/1.1 200"));
    assert!(
        metrics.contains("content-type: text/plain; version=0.0.4"),
        "{metrics}"
    );
    let validates = "keywright_http_requests_total{surface=\"device\",method=\"POST\",route=\"/{tenant}/{product}/validate\",status=\"200\"}";
    assert!((metric_value(&metrics, validates) - 3.0).abs() < 0.1);
    for series in [
        "keywright_device_refusals_total{endpoint=\"activate\",reason=\"license_key\"} 1",
        "keywright_device_refusals_total{endpoint=\"activate\",reason=\"expired\"} 1",
        "keywright_device_refusals_total{endpoint=\"validate\",reason=\"no_instance\"} 1",
        "keywright_sign_ins_total{outcome=\"invalid_credentials\"} 1",
        "keywright_event_streams 0",
        "keywright_build_info{version=",
        "keywright_http_request_seconds_bucket{surface=\"device\"",
        "keywright_writer_batch_units_bucket{le=",
        "keywright_writer_commit_seconds_count",
        "method=\"other\"",
    ] {
        assert!(metrics.contains(series), "{series} in {metrics}");
    }
    assert!(metric_value(&metrics, "keywright_database_connections{state=\"idle\"}") >= 1.0);
    assert!(metric_value(&metrics, "keywright_writer_waiting_units") >= 0.0);
    for identity in [
        "acme",
        "notes",
        "viewer",
        "ada",
        "BREW",
        "127.0.0.1",
        instance,
        &keys[0],
    ] {
        assert!(!metrics.contains(identity), "{identity} in {metrics}");
    }
    // Only the metrics listener serves metrics, and it serves nothing else.
    assert!(get(&server.address, "/metrics").starts_with("HTTP/1.1 404"));
    for path in ["/", "/login", "/licenses", "/health"] {
        assert!(
            get(&metrics_address, path).starts_with("HTTP/1.1 404"),
            "{path}"
        );
    }
}

#[test]
fn device_api_can_have_its_own_listener() {
    let installation = Installation::with_demo();
    let mut server = installation.serve_with("--device-listen 127.0.0.1:0");
    let devices = server.logged_address("serving the device API on");
    let key = "ACME-PRO0-0000-0001";
    assert_eq!(activate(&devices, key, 1).0, "200");
    // The error has the device API's format, so apps keep their lease.
    let (status, answer) = activate(&server.address, key, 1);
    assert_eq!(
        (status.as_str(), answer["error"].as_str()),
        ("404", Some("Not found"))
    );
    for path in [
        "/",
        "/login",
        "/licenses",
        "/pkg/main-0a.css",
        "/fn/licenses/list",
        "/metrics",
    ] {
        let answer = get(&devices, path);
        assert!(answer.starts_with("HTTP/1.1 404"), "{path}: {answer}");
        assert!(
            answer.ends_with("{\"error\":\"Not found\"}"),
            "{path}: {answer}"
        );
    }
    for address in [&devices, &server.address] {
        assert!(get(address, "/health").starts_with("HTTP/1.1 200"));
        assert!(get(address, "/ready").starts_with("HTTP/1.1 200"));
    }
    assert!(get(&server.address, "/login").starts_with("HTTP/1.1 200"));
    server.stop();
}

#[test]
fn slow_request_is_logged_with_its_request_id() {
    let installation = Installation::with_demo();
    let mut server = installation.serve_with("--slow-request-ms 1");
    // Verifying a password takes longer than 1 ms.
    let form = "email=viewer%40acme.test&password=a+wrong+guess";
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = send(&server.address, "POST", "/session", &headers, form);
    let (_, id) = answer.split_once("x-request-id: ").unwrap();
    let id = id.split('\r').next().unwrap();
    assert_eq!(id.len(), 32, "{answer}");
    let log = server.read_log_until("slow request");
    let line = log.lines().last().unwrap();
    for part in [
        "\"level\":\"WARN\"",
        "\"route\":\"/session\"",
        "\"status\":401",
        id,
    ] {
        assert!(line.contains(part), "{part} in {line}");
    }
}

/// Rate-limited requests do not close the connection, so that clients see the response and can
/// retry on the same connection.
#[test]
fn rate_limited_client_sees_the_response_and_keeps_its_connection() {
    let mut installation = Installation::with_demo();
    installation.limit_requests = 5;
    let server = installation.serve();
    let mut stream = BufReader::new(TcpStream::connect(&server.address).unwrap());
    let body =
        json!({ "license_key": "ACME-PRO0-0000-0001", "instance_id": "x".repeat(100) }).to_string();
    let request = format!(
        "POST /acme/notes/validate HTTP/1.1\r\nHost: x\r\nX-Keylight-SDK-Key: {SDK_KEY}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.get_mut().set_nodelay(true).unwrap();
    let mut statuses = Vec::new();
    for _ in 0..60 {
        // Send two parts, as some clients do, so that the body may arrive after the response.
        stream.get_mut().write_all(request.as_bytes()).unwrap();
        thread::yield_now();
        stream.get_mut().write_all(body.as_bytes()).unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).unwrap(), 0, "{head}");
        }
        let (_, length) = head.split_once("content-length: ").unwrap();
        let length = length.split('\r').next().unwrap().parse().unwrap();
        stream.read_exact(&mut vec![0; length]).unwrap();
        statuses.push(head[9..12].to_owned());
    }
    let refused = statuses.iter().filter(|status| *status == "429").count();
    assert!((1..=55).contains(&refused), "{statuses:?}");
    assert!(
        statuses
            .iter()
            .all(|status| status == "429" || status == "422"),
        "{statuses:?}"
    );
}
