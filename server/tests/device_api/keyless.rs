//! Keyless installs over HTTP.

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo, http::Request};
use keywright_domain::keyless::{KeylessInstall, KeylessState};
use keywright_testing::{NOW, engine_test};
use serde_json::{Value, json};

use crate::support::{TestServer, sdk_key};

async fn list_installs(server: &TestServer) -> Vec<KeylessInstall> {
    let (acme, notes) = ("acme".parse().unwrap(), "notes".parse().unwrap());
    server
        .context
        .store
        .list_keyless_installs(&acme, &notes)
        .await
        .unwrap()
}

async fn report_install(server: &TestServer, body: &Value) {
    let answer = server.post_device("/acme/notes/keyless", body).await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (200, json!({ "received": true }))
    );
}

#[engine_test]
async fn install_is_updated_every_six_hours_or_on_a_state_change(server: TestServer) {
    let clock = &server.context.clock;
    let beacon =
        |state: &str| json!({ "instance_id": "install-1", "state": state, "app_version": "1.0" });
    report_install(&server, &beacon("trial")).await;
    let due = NOW.plus_millis(6 * 3_600_000);
    for (now, state, seen) in [
        (NOW.plus_millis(1), "trial", NOW),
        (due.plus_millis(-1), "trial", NOW),
        (due, "trial", due),
        (due.plus_millis(1), "expired", due.plus_millis(1)),
        (due.plus_millis(2), "expired", due.plus_millis(1)),
    ] {
        clock.set(now);
        report_install(&server, &beacon(state)).await;
        let found = list_installs(&server).await;
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].first_seen_at, found[0].last_seen_at),
            (NOW, seen),
            "{state} at {now:?}"
        );
    }
    assert_eq!(list_installs(&server).await[0].state, KeylessState::Expired);
    // An install is identified by its machine hash, whatever its instance ID.
    for name in ["install-2", "install-3"] {
        report_install(
            &server,
            &json!({ "instance_id": name, "state": "free_tier", "machine_hash": "a".repeat(64) }),
        )
        .await;
    }
    assert_eq!(list_installs(&server).await.len(), 2);
}

#[engine_test]
async fn new_installs_per_address_are_silently_limited(server: TestServer) {
    let report_from = async |address: &str, number: u32| {
        let body =
            json!({ "instance_id": format!("{address}-{number}"), "state": "trial" }).to_string();
        let mut request =
            Request::post("/acme/notes/keyless").header("x-keylight-sdk-key", sdk_key());
        let peer: SocketAddr = address.parse().unwrap();
        request.extensions_mut().unwrap().insert(ConnectInfo(peer));
        let answer = server.send(request.body(Body::from(body)).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, json!({ "received": true }))
        );
    };
    for number in 0..62 {
        report_from("[2001:db8:1:2::1]:1234", number).await;
    }
    assert_eq!(list_installs(&server).await.len(), 60);
    report_from("[2001:db8:1:2:9::9]:99", 1).await;
    assert_eq!(
        list_installs(&server).await.len(),
        60,
        "a /64 counts as one address"
    );
    report_from("[2001:db8:1:3::1]:1234", 1).await;
    assert_eq!(list_installs(&server).await.len(), 61);
    server.context.clock.set(NOW.plus_millis(3_600_000));
    report_from("[2001:db8:1:2::1]:1234", 62).await;
    assert_eq!(list_installs(&server).await.len(), 62);
    // A known install is updated even if its address has reached the limit.
    server.context.clock.set(NOW.plus_days(1));
    for number in 0..60 {
        report_from("[2001:db8:1:2::1]:1234", 100 + number).await;
    }
    report_from("[2001:db8:1:2::1]:1234", 0).await;
    let known = list_installs(&server)
        .await
        .into_iter()
        .find(|install| install.instance_id.ends_with("1234-0"));
    assert_eq!(known.unwrap().last_seen_at, NOW.plus_days(1));
}

#[engine_test]
async fn install_not_seen_for_400_days_is_deleted(server: TestServer) {
    let (clock, services) = (&server.context.clock, &server.context.services);
    report_install(
        &server,
        &json!({ "instance_id": "install-1", "state": "trial" }),
    )
    .await;
    clock.set(NOW.plus_days(400));
    services.run_maintenance().await.unwrap();
    assert_eq!(list_installs(&server).await.len(), 1);
    clock.set(NOW.plus_days(400).plus_millis(1));
    services.run_maintenance().await.unwrap();
    assert_eq!(list_installs(&server).await, []);
}
