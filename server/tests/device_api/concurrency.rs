//! Concurrent device requests over HTTP, on both engines: the limit holds, no device is counted
//! twice, and no lease is issued after an acknowledged revocation or deactivation.

use std::{
    collections::HashSet,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use futures::future::join_all;
use keywright_domain::license::License;
use keywright_testing::{Engine, engine_test};
use serde_json::{Value, json};

use crate::support::{PRO_KEY, TestServer, acme_caller, license_id, sdk_key};

const ACTIVATE: &str = "/acme/notes/activate";
const VALIDATE: &str = "/acme/notes/validate";
const DEACTIVATE: &str = "/acme/notes/deactivate";

/// One or more servers on one database, called in turn. `serve` rejects a second process on
/// SQLite, but the database would enforce the limits for several processes.
struct ServerGroup {
    servers: Vec<TestServer>,
    next_index: AtomicUsize,
}

impl ServerGroup {
    async fn start(engine: Engine, count: usize) -> Self {
        let mut all = vec![TestServer::with_demo_data(engine).await];
        while all.len() < count {
            all.push(all[0].second_server().await);
        }
        Self {
            servers: all,
            next_index: AtomicUsize::new(0),
        }
    }

    fn first(&self) -> &TestServer {
        &self.servers[0]
    }

    fn next_server(&self) -> &TestServer {
        &self.servers[self.next_index.fetch_add(1, Ordering::Relaxed) % self.servers.len()]
    }

    async fn activate(&self, key: &str, number: u32) -> StatusCode {
        let answer = self
            .next_server()
            .post_device(ACTIVATE, &device_body(key, number))
            .await;
        answer.status
    }
}

fn device_body(key: &str, number: u32) -> Value {
    json!({ "license_key": key, "machine_hash": format!("{number:064}") })
}

fn count_status(statuses: &[StatusCode], status: StatusCode) -> usize {
    statuses.iter().filter(|&&found| found == status).count()
}

/// Activates `devices` devices concurrently on a new license, and checks that exactly `limit`
/// succeed.
async fn activate_concurrently(servers: &ServerGroup, number: u32, limit: u32, devices: u32) {
    let key = servers
        .first()
        .insert_license(number, |license| License {
            activation_limit: limit,
            ..license
        })
        .await;
    let requests = (0..devices).map(|device| servers.activate(&key, device));
    let statuses = join_all(requests).await;
    let found = [StatusCode::OK, StatusCode::PAYMENT_REQUIRED]
        .map(|status| count_status(&statuses, status));
    assert_eq!(
        found,
        [limit, devices - limit].map(|count| count as usize),
        "limit {limit}, {devices} devices: {statuses:?}"
    );
    assert_eq!(
        servers.first().count_active_devices(&key).await,
        limit as usize
    );
}

#[engine_test(one_server(1), two_servers(2))]
async fn activation_limit_holds_for_any_number_of_devices(engine: Engine, servers: usize) {
    let servers = ServerGroup::start(engine, servers).await;
    let mut number = 0;
    for limit in [1, 3, 10] {
        for devices in [24, 64, 200] {
            number += 1;
            activate_concurrently(&servers, number, limit, devices).await;
        }
    }
}

#[engine_test(one_server(1), two_servers(2))]
async fn activation_limit_holds_thirty_times_in_a_row(engine: Engine, servers: usize) {
    let servers = ServerGroup::start(engine, servers).await;
    for number in 1..=30 {
        activate_concurrently(&servers, number, 1, 24).await;
    }
}

#[engine_test(one_server(1), two_servers(2))]
async fn one_device_activating_200_times_gets_one_instance(engine: Engine, servers: usize) {
    let servers = ServerGroup::start(engine, servers).await;
    let body = device_body(PRO_KEY, 1);
    let requests = (0..200).map(|_| servers.next_server().post_device(ACTIVATE, &body));
    let instances: HashSet<String> = join_all(requests)
        .await
        .iter()
        .map(|answer| answer.json()["instance_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(instances.len(), 1, "{instances:?}");
    assert_eq!(servers.first().count_active_devices(PRO_KEY).await, 1);
}

#[engine_test(one_server(1), two_servers(2))]
async fn one_request_id_sent_10_times_gets_one_instance(engine: Engine, servers: usize) {
    let servers = ServerGroup::start(engine, servers).await;
    let ask = |id: &str| {
        let request = Request::post(ACTIVATE)
            .header("x-keylight-sdk-key", sdk_key())
            .header("x-keylight-request-id", id);
        let body = Body::from(json!({ "license_key": PRO_KEY }).to_string());
        servers.next_server().send(request.body(body).unwrap())
    };
    let instances: HashSet<String> = join_all((0..10).map(|_| ask("lost-reply-1")))
        .await
        .iter()
        .map(|answer| answer.json()["instance_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(instances.len(), 1, "{instances:?}");
    assert_eq!(servers.first().count_active_devices(PRO_KEY).await, 1);
    let other = ask("another").await.json()["instance_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        !instances.contains(&other),
        "another request ID is another device"
    );
}

/// A device frees its slot on a full license while other devices request a slot. At most one of
/// them gets it, and the slot is not lost.
#[engine_test(one_server(1), two_servers(2))]
async fn freed_slot_is_taken_at_most_once(engine: Engine, servers: usize) {
    let servers = ServerGroup::start(engine, servers).await;
    let server = servers.first();
    let one_slot = |license| License {
        activation_limit: 1,
        active_count: 1,
        ..license
    };
    for round in 1..=10 {
        let key = server.insert_license(round, one_slot).await;
        let instance_id = server.insert_activation(&key, round).await;
        let leave = json!({ "license_key": key, "instance_id": instance_id });
        let requests = (0..8).map(|number| servers.activate(&key, 1_000 + number));
        let (left, joined) = futures::join!(
            servers.next_server().post_device(DEACTIVATE, &leave),
            join_all(requests)
        );
        assert_eq!(left.status, StatusCode::OK);
        let inside = count_status(&joined, StatusCode::OK);
        let refused = count_status(&joined, StatusCode::PAYMENT_REQUIRED);
        assert_eq!((inside + refused, inside <= 1), (8, true), "{joined:?}");
        assert_eq!(server.count_active_devices(&key).await, inside);
        // The slot can be taken exactly once.
        let next = servers.activate(&key, 2_000).await;
        let expected = if inside == 0 {
            StatusCode::OK
        } else {
            StatusCode::PAYMENT_REQUIRED
        };
        assert_eq!(next, expected);
        assert_eq!(server.count_active_devices(&key).await, 1);
    }
}

/// An action that ends the leases of an instance.
#[derive(Clone, Copy)]
enum LeaseEnd {
    Revoke,
    Deactivate,
}

#[engine_test(one_server(1), two_servers(2))]
async fn no_lease_is_issued_after_an_acknowledged_revoke(engine: Engine, servers: usize) {
    validate_during(engine, servers, LeaseEnd::Revoke).await;
}

#[engine_test(one_server(1), two_servers(2))]
async fn no_lease_is_issued_after_an_acknowledged_deactivation(engine: Engine, servers: usize) {
    validate_during(engine, servers, LeaseEnd::Deactivate).await;
}

/// Validates continuously while `end` takes effect, and checks that no request sent after its
/// response gets a lease.
async fn validate_during(engine: Engine, servers: usize, end: LeaseEnd) {
    let servers = ServerGroup::start(engine, servers).await;
    let activated = servers
        .next_server()
        .post_device(ACTIVATE, &device_body(PRO_KEY, 1))
        .await
        .json();
    let body = json!({ "license_key": PRO_KEY, "instance_id": activated["instance_id"] });
    let (ended, leases) = (AtomicBool::new(false), AtomicUsize::new(0));
    let device = async || {
        let mut afterwards = 0;
        while afterwards < 5 {
            let was_ended = ended.load(Ordering::SeqCst);
            let answer = servers.next_server().post_device(VALIDATE, &body).await;
            if !was_ended && answer.status == StatusCode::OK {
                leases.fetch_add(1, Ordering::SeqCst);
            }
            if was_ended {
                afterwards += 1;
                assert_eq!(
                    answer.status,
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "{}",
                    answer.text()
                );
                assert!(answer.json().get("lease").is_none(), "{}", answer.text());
            }
        }
    };
    let operator = async || {
        while leases.load(Ordering::SeqCst) < 20 {
            tokio::task::yield_now().await;
        }
        match end {
            LeaseEnd::Revoke => {
                let licenses = &servers.first().context.services.licenses;
                licenses
                    .revoke(&acme_caller(), license_id(PRO_KEY))
                    .await
                    .unwrap();
            }
            LeaseEnd::Deactivate => {
                let answer = servers.next_server().post_device(DEACTIVATE, &body).await;
                assert_eq!(answer.status, StatusCode::OK);
            }
        }
        ended.store(true, Ordering::SeqCst);
    };
    futures::join!(join_all((0..12).map(|_| device())), operator());
}

#[engine_test(one_server(1), two_servers(2))]
async fn no_activation_succeeds_after_an_acknowledged_revoke(engine: Engine, servers: usize) {
    let servers = ServerGroup::start(engine, servers).await;
    let key = servers.first().insert_license_with_limit(1_000).await;
    let (ended, next) = (AtomicBool::new(false), AtomicUsize::new(0));
    let devices = async || {
        let mut afterwards = 0;
        while afterwards < 5 {
            let was_ended = ended.load(Ordering::SeqCst);
            let number = next.fetch_add(1, Ordering::SeqCst);
            let status = servers.activate(&key, u32::try_from(number).unwrap()).await;
            if was_ended {
                afterwards += 1;
                assert_eq!(status, StatusCode::NOT_FOUND);
            }
        }
    };
    let operator = async || {
        while next.load(Ordering::SeqCst) < 20 {
            tokio::task::yield_now().await;
        }
        let licenses = &servers.first().context.services.licenses;
        licenses
            .revoke(&acme_caller(), license_id(&key))
            .await
            .unwrap();
        ended.store(true, Ordering::SeqCst);
    };
    futures::join!(join_all((0..8).map(|_| devices())), operator());
    // Earlier activations still count.
    assert!(servers.first().count_active_devices(&key).await > 0);
}

/// Lowering the limit below the number of active devices deactivates none of them, and admits no
/// device until there is room.
#[engine_test(one_server(1), two_servers(2))]
async fn lowered_limit_keeps_active_devices(engine: Engine, servers: usize) {
    let servers = ServerGroup::start(engine, servers).await;
    let key = servers.first().insert_license_with_limit(10).await;
    let activated = join_all((0..10).map(|number| {
        let servers = &servers;
        let body = device_body(&key, number);
        async move {
            servers
                .next_server()
                .post_device(ACTIVATE, &body)
                .await
                .json()
        }
    }));
    let holders = activated.await;
    let database = &servers.first().context.database;
    database
        .execute("UPDATE licenses SET activation_limit = 3 WHERE activation_limit = 10 AND active_count = 10")
        .await;

    let kept_devices = join_all(holders.iter().zip(0..).map(async |(instance_id, number)| {
        let body = json!({ "license_key": key, "instance_id": instance_id["instance_id"] });
        let validated = servers.next_server().post_device(VALIDATE, &body).await;
        [validated.status, servers.activate(&key, number).await]
    }));
    assert_eq!(kept_devices.await.concat(), [StatusCode::OK; 20]);
    let new_devices = join_all((100..124).map(|number| servers.activate(&key, number)));
    assert_eq!(new_devices.await, [StatusCode::PAYMENT_REQUIRED; 24]);
    for (instance_id, left) in holders.iter().zip((0..10).rev()) {
        let body = json!({ "license_key": key, "instance_id": instance_id["instance_id"] });
        let answer = servers.next_server().post_device(DEACTIVATE, &body).await;
        assert_eq!(answer.status, StatusCode::OK);
        if left >= 3 {
            assert_eq!(
                servers.activate(&key, 200).await,
                StatusCode::PAYMENT_REQUIRED
            );
        }
        assert_eq!(servers.first().count_active_devices(&key).await, left);
    }
    let new_devices = join_all((300..324).map(|number| servers.activate(&key, number))).await;
    assert_eq!(
        count_status(&new_devices, StatusCode::OK),
        3,
        "{new_devices:?}"
    );
}
