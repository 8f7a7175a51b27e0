//! Many devices at the same moment, through HTTP, on both engines: the limit holds, nobody is counted twice, and no lease
//! is given out once an answer said that there is none.

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
use keywright_store::Engine;
use serde_json::{Value, json};

use crate::world::{PRO_KEY, Server, acme, license_id, sdk_key};

const ACTIVATE: &str = "/acme/notes/activate";
const VALIDATE: &str = "/acme/notes/validate";
const DEACTIVATE: &str = "/acme/notes/deactivate";

on_both_engines! {
    a_limit_of_three_holds_for_24_devices => devices_on_a_limit_of_three(24);
    a_limit_of_three_holds_for_200_devices => devices_on_a_limit_of_three(200);
    every_limit_holds_for_any_number => every_limit();
    a_limit_holds_thirty_times_in_a_row => thirty_in_a_row();
    a_limit_holds_over_two_servers => two_servers();
    one_device_200_times_is_one_instance => one_device(200);
    one_request_id_10_times_is_one_instance => one_request_id(10);
    a_slot_that_is_given_back_is_taken_once => activate_against_deactivate();
    no_lease_after_the_answer_to_a_revoke => validate_against(End::Revoke);
    no_lease_after_the_answer_to_a_deactivate => validate_against(End::Deactivate);
    no_activation_after_the_answer_to_a_revoke => activate_against_revoke();
}

fn device(key: &str, number: u32) -> Value {
    json!({ "license_key": key, "machine_hash": format!("{number:064}") })
}

async fn activate(server: &Server, key: &str, number: u32) -> StatusCode {
    server.device(ACTIVATE, &device(key, number)).await.status
}

async fn devices_on_a_limit_of_three(engine: Engine, devices: u32) {
    let server = Server::start(engine).await;
    let tries = (0..devices).map(|number| activate(&server, PRO_KEY, number));
    let statuses = join_all(tries).await;
    let count = |status: StatusCode| statuses.iter().filter(|&&found| found == status).count();
    assert_eq!(count(StatusCode::OK), 3, "{statuses:?}");
    assert_eq!(
        count(StatusCode::PAYMENT_REQUIRED),
        devices as usize - 3,
        "{statuses:?}"
    );
    assert_eq!(server.active_count(PRO_KEY).await, 3);
}

/// So many devices for so many slots, on a license of its own: just as many get in as there are slots.
async fn crowd(servers: &[&Server], number: u32, limit: u32, devices: u32) {
    let key = servers[0]
        .license(number, |license| License {
            activation_limit: limit,
            ..license
        })
        .await;
    let tries = (0..devices).map(|device| {
        let server = servers[device as usize % servers.len()];
        activate(server, &key, device)
    });
    let statuses = join_all(tries).await;
    let count = |status: StatusCode| statuses.iter().filter(|&&found| found == status).count();
    let expected = (
        limit.min(devices) as usize,
        devices.saturating_sub(limit) as usize,
    );
    let found = (count(StatusCode::OK), count(StatusCode::PAYMENT_REQUIRED));
    assert_eq!(
        found, expected,
        "limit {limit}, {devices} devices: {statuses:?}"
    );
    assert_eq!(servers[0].active_count(&key).await, expected.0);
}

async fn every_limit(engine: Engine) {
    let server = Server::start(engine).await;
    let mut number = 0;
    for limit in [1, 3, 10] {
        for devices in [24, 64, 200] {
            number += 1;
            crowd(&[&server], number, limit, devices).await;
        }
    }
}

async fn thirty_in_a_row(engine: Engine) {
    let server = Server::start(engine).await;
    for number in 1..=30 {
        crowd(&[&server], number, 1, 24).await;
    }
}

/// On SQLite a second process is refused by `serve`; the database holds the limit even so.
async fn two_servers(engine: Engine) {
    let server = Server::start(engine).await;
    let beside = server.beside().await;
    for (number, limit) in [(1, 1), (2, 3), (3, 10)] {
        crowd(&[&server, &beside], number, limit, 64).await;
    }
}

async fn one_device(engine: Engine, times: usize) {
    let server = Server::start(engine).await;
    let body = device(PRO_KEY, 1);
    let tries = (0..times).map(|_| server.device(ACTIVATE, &body));
    let instances: HashSet<String> = join_all(tries)
        .await
        .iter()
        .map(|answer| answer.json()["instance_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(instances.len(), 1, "{instances:?}");
    assert_eq!(server.active_count(PRO_KEY).await, 1);
}

async fn one_request_id(engine: Engine, times: usize) {
    let server = Server::start(engine).await;
    let ask = |id: &str| {
        let request = Request::post(ACTIVATE)
            .header("x-keylight-sdk-key", sdk_key())
            .header("x-keylight-request-id", id);
        let body = Body::from(json!({ "license_key": PRO_KEY }).to_string());
        server.send(request.body(body).unwrap())
    };
    let instances: HashSet<String> = join_all((0..times).map(|_| ask("lost-reply-1")))
        .await
        .iter()
        .map(|answer| answer.json()["instance_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(instances.len(), 1, "{instances:?}");
    assert_eq!(server.active_count(PRO_KEY).await, 1);
    let other = ask("another").await.json()["instance_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        !instances.contains(&other),
        "another request is another device"
    );
}

/// A full license, whose device gives its slot back while others ask for it: one of them may have it, if it came late
/// enough, and the slot is never lost.
async fn activate_against_deactivate(engine: Engine) {
    let server = Server::start(engine).await;
    let one_slot = |license| License {
        activation_limit: 1,
        active_count: 1,
        ..license
    };
    for round in 1..=10 {
        let key = server.license(round, one_slot).await;
        let held = server.seat(&key, round).await;
        let leave = json!({ "license_key": key, "instance_id": held });
        let tries = (0..8).map(|number| activate(&server, &key, 1_000 + number));
        let (left, joined) = futures::join!(server.device(DEACTIVATE, &leave), join_all(tries));
        assert_eq!(left.status, StatusCode::OK);
        let inside = joined
            .iter()
            .filter(|&&status| status == StatusCode::OK)
            .count();
        let refused = joined
            .iter()
            .filter(|&&status| status == StatusCode::PAYMENT_REQUIRED)
            .count();
        assert_eq!((inside + refused, inside <= 1), (8, true), "{joined:?}");
        assert_eq!(server.active_count(&key).await, inside);
        // The slot is usable, once.
        let next = activate(&server, &key, 2_000).await;
        let expected = if inside == 0 {
            StatusCode::OK
        } else {
            StatusCode::PAYMENT_REQUIRED
        };
        assert_eq!(next, expected);
        assert_eq!(server.active_count(&key).await, 1);
    }
}

/// What ends an instance's leases.
#[derive(Clone, Copy)]
enum End {
    Revoke,
    Deactivate,
}

/// Devices that validate all the time, and one answer in between: what begins after that answer gets no lease.
async fn validate_against(engine: Engine, end: End) {
    let server = Server::start(engine).await;
    let activated = server.device(ACTIVATE, &device(PRO_KEY, 1)).await.json();
    let body = json!({ "license_key": PRO_KEY, "instance_id": activated["instance_id"] });
    let (ended, leases) = (AtomicBool::new(false), AtomicUsize::new(0));
    let device = async || {
        let mut afterwards = 0;
        while afterwards < 5 {
            let was_ended = ended.load(Ordering::SeqCst);
            let answer = server.device(VALIDATE, &body).await;
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
            End::Revoke => {
                let licenses = &server.world.services.licenses;
                licenses.revoke(&acme(), license_id(PRO_KEY)).await.unwrap();
            }
            End::Deactivate => {
                assert_eq!(
                    server.device(DEACTIVATE, &body).await.status,
                    StatusCode::OK
                );
            }
        }
        ended.store(true, Ordering::SeqCst);
    };
    futures::join!(join_all((0..12).map(|_| device())), operator());
}

async fn activate_against_revoke(engine: Engine) {
    let server = Server::start(engine).await;
    let key = server.license_with_slots(1_000).await;
    let (ended, next) = (AtomicBool::new(false), AtomicUsize::new(0));
    let devices = async || {
        let mut afterwards = 0;
        while afterwards < 5 {
            let was_ended = ended.load(Ordering::SeqCst);
            let number = next.fetch_add(1, Ordering::SeqCst);
            let status = activate(&server, &key, u32::try_from(number).unwrap()).await;
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
        let licenses = &server.world.services.licenses;
        licenses.revoke(&acme(), license_id(&key)).await.unwrap();
        ended.store(true, Ordering::SeqCst);
    };
    futures::join!(join_all((0..8).map(|_| devices())), operator());
    // What was let in before is counted still.
    assert!(server.active_count(&key).await > 0);
}
