//! Tests every row of the response tables in `docs/api.md` on both engines: status, body and
//! headers. Fails if a row has no scenario, or if a required response has no row.

pub(super) mod tables;

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use keywright_domain::{
    license::{License, LicenseState},
    settings::TrialDays,
    signing_key::{ListedKey, Urgency},
};
use keywright_service::{Services, products::UpdateProduct};
use keywright_testing::{Engine, NOW, engine_test};
use serde_json::{Value, json};

use self::tables::{EVERY_BODY, EVERY_ENDPOINT, KEYSET, Row, TrustedKeys, fits, rows};
use crate::support::{Answer, REQUEST_ID, Server, acme, sdk_key};

async fn assert_is(server: &Server, answer: &Answer, row: &Row, what: &str) {
    let trusted = trusted_keys(server).await;
    assert_eq!(
        answer.status.as_u16(),
        row.status,
        "{what}: {}",
        answer.text()
    );
    assert!(
        fits(&row.body, &answer.json(), &trusted),
        "{what}: {} is not {}",
        answer.text(),
        row.body
    );
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{what}");
    assert_eq!(answer.header("x-keylight-request-id"), REQUEST_ID, "{what}");
    let is_keyset = answer.status == StatusCode::OK && what.starts_with(KEYSET);
    let kept = if is_keyset {
        "public, max-age=300"
    } else {
        "no-store"
    };
    assert_eq!(answer.header("cache-control"), kept, "{what}");
}

async fn trusted_keys(server: &Server) -> TrustedKeys {
    let keys = server
        .world
        .store
        .listed_keys(&"acme".parse().unwrap())
        .await;
    let pair = |key: ListedKey| (key.kid.to_string(), key.public_key);
    // Without the database there are no leases either.
    keys.unwrap_or_default().into_iter().map(pair).collect()
}

const ENDPOINTS: [&str; 5] = ["activate", "validate", "deactivate", "config", "keyless"];

/// Returns a well-formed request body for `endpoint`.
fn well_formed(endpoint: &str) -> Value {
    let nobody = "00000000-0000-4000-8000-00000000ffff";
    match endpoint {
        "activate" => json!({ "license_key": "ACME-NONE-0000-0009" }),
        "keyless" => json!({ "instance_id": "install-1", "state": "trial" }),
        _ => json!({ "license_key": "ACME-NONE-0000-0009", "instance_id": nobody }),
    }
}

fn method(endpoint: &str) -> Method {
    if endpoint == "config" {
        Method::GET
    } else {
        Method::POST
    }
}

async fn ask(server: &Server, endpoint: &str, body: &Value) -> Answer {
    let path = format!("/acme/notes/{endpoint}");
    server
        .call(
            method(endpoint),
            &path,
            Some(&sdk_key()),
            Body::from(body.to_string()),
        )
        .await
}

#[engine_test]
async fn every_endpoint_rejects_requests_as_documented(engine: Engine) {
    for row in rows(EVERY_ENDPOINT) {
        let server = Server::start(engine).await;
        let services = &server.world.services;
        let (mut tenant, mut product, mut key) = ("acme", "notes", Some(sdk_key()));
        let mut other_method = false;
        let mut last = None;
        match row.when.as_str() {
            "the method is not allowed" => other_method = true,
            "the path is unknown" => last = Some("nothing"),
            "the SDK key is missing" => key = None,
            "the SDK key is wrong" => key = Some(sdk_key().replace('0', "1")),
            "the tenant is unknown" => tenant = "nobody",
            "the tenant is suspended" => services.tenants.suspend(&acme()).await.unwrap(),
            "the product is unknown" => product = "nothing",
            "the database is unavailable" => server.world.store.close().await,
            other => panic!("no scenario: {other}"),
        }
        for endpoint in ENDPOINTS {
            let method = match method(endpoint) {
                Method::POST if other_method => Method::GET,
                Method::GET if other_method => Method::POST,
                method => method,
            };
            let path = format!("/{tenant}/{product}/{}", last.unwrap_or(endpoint));
            let body = Body::from(well_formed(endpoint).to_string());
            let answer = server.call(method, &path, key.as_deref(), body).await;
            assert_is(&server, &answer, &row, &format!("{endpoint}, {}", row.when)).await;
        }
    }
}

#[engine_test]
async fn every_endpoint_rejects_bodies_as_documented(server: Server) {
    for row in rows(EVERY_BODY) {
        for endpoint in ENDPOINTS
            .into_iter()
            .filter(|endpoint| method(endpoint) == Method::POST)
        {
            let good = well_formed(endpoint).to_string();
            let with = |field: &str| format!("{},{field}}}", good.strip_suffix('}').unwrap());
            let body = match row.when.as_str() {
                "the body is longer than 64 KiB" => {
                    with(&format!(r#""x":"{}""#, "x".repeat(1_000_000)))
                }
                "the body is not a JSON object" => "[]".to_owned(),
                "a field name occurs twice, at any depth" => with(r#""x":[{"a":1,"a":1}]"#),
                "the body is nested deeper than 128 levels" => {
                    with(&format!(r#""x":{}{}"#, "[".repeat(128), "]".repeat(128)))
                }
                other => panic!("no scenario: {other}"),
            };
            let path = format!("/acme/notes/{endpoint}");
            let answer = server
                .call(Method::POST, &path, Some(&sdk_key()), body.into())
                .await;
            assert_is(&server, &answer, &row, &format!("{endpoint}, {}", row.when)).await;
        }
    }
}

#[engine_test(
    activate("activate"),
    validate("validate"),
    deactivate("deactivate"),
    config("config"),
    keyless("keyless")
)]
async fn each_endpoint_responds_as_documented(server: Server, endpoint: &str) {
    let mut seen = BTreeSet::new();
    for (number, row) in (1..).zip(rows(endpoint)) {
        let scenario = Scenario {
            server: &server,
            number,
        };
        let answer = match endpoint {
            "activate" => scenario.activate(&row.when).await,
            "validate" => scenario.validate(&row.when).await,
            "deactivate" => scenario.deactivate(&row.when).await,
            "config" => scenario.config(&row.when).await,
            _ => scenario.keyless(&row.when).await,
        };
        assert_is(&server, &answer, &row, &format!("{endpoint}, {}", row.when)).await;
        assert!(seen.insert(row.when.clone()), "duplicate row: {}", row.when);
    }
}

/// The situation that a row describes, on its own license.
struct Scenario<'a> {
    server: &'a Server,
    number: u32,
}

impl Scenario<'_> {
    async fn license(&self, change: impl FnOnce(License) -> License) -> String {
        self.server.license(self.number, change).await
    }

    /// Creates a license with one active device, and returns its key and the instance id.
    async fn seated(&self, change: impl FnOnce(License) -> License) -> (String, Value) {
        let key = self
            .license(|license| {
                change(License {
                    active_count: 1,
                    ..license
                })
            })
            .await;
        let instance = self.server.seat(&key, self.number).await;
        (key, json!(instance))
    }

    async fn activate(&self, when: &str) -> Answer {
        let same = |license| license;
        let machine = format!("{:064}", self.number);
        let ask = async |key: &str| {
            ask(
                self.server,
                "activate",
                &json!({ "license_key": key, "machine_hash": machine }),
            )
            .await
        };
        match when {
            "a slot is free" => ask(&self.license(same).await).await,
            "the license has an expiry date" => ask(&self.license(in_a_day).await).await,
            "the license is full, but this device already holds a slot" => {
                let full = |license| License {
                    activation_limit: 1,
                    ..license
                };
                ask(&self.seated(full).await.0).await
            }
            "every slot is taken" => {
                ask(&self
                    .license(|license| License {
                        active_count: 3,
                        ..license
                    })
                    .await)
                .await
            }
            "the license is revoked" => ask(&self.seated(revoked).await.0).await,
            "the license is reminted" => ask(&self.seated(reminted).await.0).await,
            "the license has expired" => ask(&self.seated(expired).await.0).await,
            other => self.malformed_or_unknown("activate", other).await,
        }
    }

    async fn validate(&self, when: &str) -> Answer {
        let same = |license| license;
        let ask = async |(key, instance): (String, Value)| {
            ask(
                self.server,
                "validate",
                &json!({ "license_key": key, "instance_id": instance }),
            )
            .await
        };
        match when {
            "the instance is active" => ask(self.seated(same).await).await,
            "the product has settings" => {
                set(self.server, Some(14), Some(true)).await;
                let answer = ask(self.seated(same).await).await;
                set(self.server, None, None).await;
                answer
            }
            "the license is revoked" => ask(self.seated(revoked).await).await,
            "the license is reminted" => ask(self.seated(reminted).await).await,
            "the license has expired" => ask(self.seated(expired).await).await,
            "the license has expired and allows reduced mode" => {
                ask(self
                    .seated(|license| License {
                        fallback: true,
                        ..expired(license)
                    })
                    .await)
                .await
            }
            "the instance is deactivated" => {
                let seat = self.seated(same).await;
                self.give_back(&seat).await;
                ask(seat).await
            }
            other => self.malformed_or_unknown("validate", other).await,
        }
    }

    async fn deactivate(&self, when: &str) -> Answer {
        let same = |license| license;
        match when {
            "the instance is active" => self.give_back(&self.seated(same).await).await,
            "the license is revoked" => self.give_back(&self.seated(revoked).await).await,
            "the license has expired" => self.give_back(&self.seated(expired).await).await,
            "the instance is already deactivated" => {
                let seat = self.seated(same).await;
                self.give_back(&seat).await;
                self.give_back(&seat).await
            }
            other => self.malformed_or_unknown("deactivate", other).await,
        }
    }

    async fn give_back(&self, (key, instance): &(String, Value)) -> Answer {
        ask(
            self.server,
            "deactivate",
            &json!({ "license_key": key, "instance_id": instance }),
        )
        .await
    }

    async fn config(&self, when: &str) -> Answer {
        let (trial_days, free_tier) = match when {
            "nothing is set" => (None, None),
            "only the free tier is set" => (None, Some(true)),
            "only a trial is set" => (Some(0), None),
            "both are set" => (Some(14), Some(true)),
            other => panic!("no scenario: {other}"),
        };
        set(self.server, trial_days, free_tier).await;
        ask(self.server, "config", &Value::Null).await
    }

    async fn keyless(&self, when: &str) -> Answer {
        let mut body = well_formed("keyless");
        match when {
            "the request is well-formed" => {}
            "the product has settings" => set(self.server, Some(14), Some(true)).await,
            "`state` is missing or malformed" => body["state"] = json!("paid"),
            other => return self.malformed_or_unknown("keyless", other).await,
        }
        ask(self.server, "keyless", &body).await
    }

    /// Sends the invalid requests that several endpoints have in common.
    async fn malformed_or_unknown(&self, endpoint: &str, when: &str) -> Answer {
        let (key, instance) = self.seated(|license| license).await;
        let mut body = match endpoint {
            "keyless" => well_formed(endpoint),
            _ => json!({ "license_key": key, "instance_id": instance }),
        };
        let mut path = format!("/acme/notes/{endpoint}");
        let mut sdk_key = Some(sdk_key());
        match when {
            "`license_key` is missing or malformed" => body["license_key"] = Value::Null,
            "`instance_id` is missing or malformed" => body["instance_id"] = json!(""),
            "`machine_hash` is malformed" => body["machine_hash"] = json!("abc"),
            "the key is unknown" => body["license_key"] = json!("ACME-NONE-0000-0009"),
            "the key is another product's" => path = format!("/acme/studio/{endpoint}"),
            "the key is another tenant's" => {
                path = format!("/indie/pixel/{endpoint}");
                sdk_key = None;
            }
            "the instance is unknown" => body["instance_id"] = json!("any shape"),
            "the instance is another license's" => {
                let other = Scenario {
                    server: self.server,
                    number: self.number + 1_000,
                };
                body["instance_id"] = other.seated(|license| license).await.1;
            }
            other => panic!("no scenario: {other}"),
        }
        let body = Body::from(body.to_string());
        self.server
            .call(Method::POST, &path, sdk_key.as_deref(), body)
            .await
    }
}

fn in_a_day(license: License) -> License {
    License {
        expires_at: Some(NOW.plus_days(1)),
        ..license
    }
}

fn expired(license: License) -> License {
    License {
        expires_at: Some(NOW),
        ..license
    }
}

fn revoked(license: License) -> License {
    License {
        state: LicenseState::Revoked,
        ..license
    }
}

fn reminted(license: License) -> License {
    License {
        state: LicenseState::Reminted,
        ..license
    }
}

async fn set(server: &Server, trial_days: Option<i64>, free_tier: Option<bool>) {
    let change = UpdateProduct {
        name: None,
        trial_days: Some(trial_days.map(|days| TrialDays::try_from(days).unwrap())),
        free_tier: Some(free_tier),
    };
    let products = &server.world.services.products;
    products
        .update(&acme(), "notes".parse().unwrap(), change)
        .await
        .unwrap();
}

#[engine_test]
async fn keyset_responds_as_documented(engine: Engine) {
    for row in rows(KEYSET) {
        let server = Server::start(engine).await;
        let services = &server.world.services;
        let mut tenant = "acme";
        match row.when.as_str() {
            "the tenant signs with its first key" => {}
            "a second key is listed" => add_second_key(services).await,
            "the second key signs" => promote_second_key(services).await,
            "the last lease of the first key has expired" => {
                promote_second_key(services).await;
                // Seven days, the clients' skew tolerance of 300 s, and a minute for a response
                // in flight.
                server
                    .world
                    .clock
                    .set(NOW.plus_days(7).plus_millis(360_000 - 1));
                services.run_maintenance().await.unwrap();
                let listed = server
                    .world
                    .store
                    .listed_keys(&"acme".parse().unwrap())
                    .await;
                assert_eq!(listed.unwrap().len(), 2, "not removed early");
                server
                    .world
                    .clock
                    .set(NOW.plus_days(7).plus_millis(360_000));
                services.run_maintenance().await.unwrap();
            }
            "the tenant is suspended" => services.tenants.suspend(&acme()).await.unwrap(),
            "the tenant is unknown" => tenant = "nobody",
            other => panic!("no scenario: {other}"),
        }
        let path = format!("/{tenant}/.well-known/keylight-keys");
        let answer = server.call(Method::GET, &path, None, Body::empty()).await;
        assert_is(&server, &answer, &row, &format!("{KEYSET}, {}", row.when)).await;
    }
}

async fn add_second_key(services: &Services) {
    let key = services.signing_keys.add(&acme(), None).await.unwrap();
    assert_eq!(key.kid.as_str(), "k2");
}

async fn promote_second_key(services: &Services) {
    add_second_key(services).await;
    let kid = "k2".parse().unwrap();
    services
        .signing_keys
        .promote(&acme(), kid, Urgency::Leak)
        .await
        .unwrap();
}
