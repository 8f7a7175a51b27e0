//! A server clock that jumps back or forward by a day.

use axum::http::StatusCode;
use keywright_domain::{role::Role, time::Timestamp};
use keywright_testing::{NOW, engine_test};
use serde_json::json;

use crate::support::{PRO_KEY, TestServer, license_id};

#[engine_test]
async fn leases_follow_a_clock_that_jumps(server: TestServer) {
    let machine =
        |number: u32| json!({ "license_key": PRO_KEY, "machine_hash": format!("{number:064}") });
    let first = server
        .post_device("/acme/notes/activate", &machine(1))
        .await
        .json();
    let body = json!({ "license_key": PRO_KEY, "instance_id": first["instance_id"] });
    let day = |days: i64| NOW.plus_millis(days * 86_400_000);
    let mut last_seen_at = NOW;
    for (number, now) in [(2, day(-1)), (3, day(1)), (4, NOW), (5, day(-1))] {
        server.context.clock.set(now);
        let valid = server.post_device("/acme/notes/validate", &body).await;
        assert_eq!(valid.status, StatusCode::OK, "{}", valid.text());
        let lease = &valid.json()["lease"];
        assert_eq!(lease["issuedAt"], now.seconds(), "{lease}");
        assert_eq!(lease["expiresAt"], now.plus_days(7).seconds(), "{lease}");
        // Activation and deactivation use the same clock.
        let taken = server
            .post_device("/acme/notes/activate", &machine(number))
            .await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.text());
        let again = server
            .post_device("/acme/notes/activate", &machine(number))
            .await;
        assert_eq!(again.json()["instance_id"], taken.json()["instance_id"]);
        let back = json!({ "license_key": PRO_KEY, "instance_id": taken.json()["instance_id"] });
        let left = server.post_device("/acme/notes/deactivate", &back).await;
        assert_eq!(left.status, StatusCode::OK, "{}", left.text());

        server.context.store.flush().await;
        server.context.services.run_maintenance().await.unwrap();
        let support = server.sign_in(Role::Support).await;
        let license = format!("/licenses/{}", license_id(PRO_KEY));
        for path in ["/licenses", "/licenses?sort=expires", &license, "/audit"] {
            assert_eq!(support.get(path).await.status, StatusCode::OK, "{path}");
        }
        // The last-seen time never moves back.
        last_seen_at = last_seen_at.max(now);
        assert_eq!(last_seen(&server).await, last_seen_at);
    }
}

async fn last_seen(server: &TestServer) -> Timestamp {
    let devices = server.list_activations(PRO_KEY).await;
    let mut active = devices
        .iter()
        .filter(|device| device.deactivation.is_none());
    active.next().unwrap().last_validated_at
}
