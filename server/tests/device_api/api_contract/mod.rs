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
    product_settings::TrialDays,
    signing_key::{ListedKey, PromotionReason},
};
use keywright_service::{Services, products::UpdateProduct};
use keywright_testing::{Engine, NOW, engine_test};
use serde_json::{Value, json};

use self::tables::{
    EVERY_BODY, EVERY_ENDPOINT, KEYSET, ResponseRow, TrustedKeys, matches, response_rows,
};
use crate::support::{REQUEST_ID, TestResponse, TestServer, acme_caller, sdk_key};

async fn assert_matches_row(
    server: &TestServer,
    answer: &TestResponse,
    row: &ResponseRow,
    what: &str,
) {
    let trusted = trusted_keys(server).await;
    assert_eq!(
        answer.status.as_u16(),
        row.status,
        "{what}: {}",
        answer.text()
    );
    assert!(
        matches(&row.body, &answer.json(), &trusted),
        "{what}: {} is not {}",
        answer.text(),
        row.body
    );
    assert_eq!(answer.header("content-type"), "application/json", "{what}");
    assert_eq!(answer.header("access-control-allow-origin"), "*", "{what}");
    assert_eq!(answer.header("x-keylight-request-id"), REQUEST_ID, "{what}");
    let is_keyset = answer.status == StatusCode::OK && what.starts_with(KEYSET);
    let cache_control = if is_keyset {
        "public, max-age=300"
    } else {
        "no-store"
    };
    assert_eq!(answer.header("cache-control"), cache_control, "{what}");
}

async fn trusted_keys(server: &TestServer) -> TrustedKeys {
    let keys = server
        .context
        .store
        .list_signing_keys(&"acme".parse().unwrap())
        .await;
    let pair = |key: ListedKey| (key.kid.to_string(), key.public_key);
    // Without the database, no response contains a lease to verify.
    keys.unwrap_or_default().into_iter().map(pair).collect()
}

const ENDPOINTS: [&str; 5] = ["activate", "validate", "deactivate", "config", "keyless"];

/// Returns a well-formed request body for `endpoint`.
fn well_formed(endpoint: &str) -> Value {
    let unknown_instance = "00000000-0000-4000-8000-00000000ffff";
    match endpoint {
        "activate" => json!({ "license_key": "ACME-NONE-0000-0009" }),
        "keyless" => json!({ "instance_id": "install-1", "state": "trial" }),
        _ => json!({ "license_key": "ACME-NONE-0000-0009", "instance_id": unknown_instance }),
    }
}

fn endpoint_method(endpoint: &str) -> Method {
    if endpoint == "config" {
        Method::GET
    } else {
        Method::POST
    }
}

async fn send_request(server: &TestServer, endpoint: &str, body: &Value) -> TestResponse {
    let path = format!("/acme/notes/{endpoint}");
    server
        .send_device_request(
            endpoint_method(endpoint),
            &path,
            Some(&sdk_key()),
            Body::from(body.to_string()),
        )
        .await
}

#[engine_test]
async fn every_endpoint_rejects_requests_as_documented(engine: Engine) {
    for row in response_rows(EVERY_ENDPOINT) {
        let server = TestServer::with_demo_data(engine).await;
        let services = &server.context.services;
        let (mut tenant, mut product, mut key) = ("acme", "notes", Some(sdk_key()));
        let mut other_method = false;
        let mut last = None;
        match row.condition.as_str() {
            "the method is not allowed" => other_method = true,
            "the path is unknown" => last = Some("nothing"),
            "the SDK key is missing" => key = None,
            "the SDK key is wrong" => key = Some(sdk_key().replace('0', "1")),
            "the tenant is unknown" => tenant = "nobody",
            "the tenant is suspended" => services.tenants.suspend(&acme_caller()).await.unwrap(),
            "the product is unknown" => product = "nothing",
            "the database is unavailable" => server.context.store.close().await,
            other => panic!("no scenario: {other}"),
        }
        for endpoint in ENDPOINTS {
            let method = match endpoint_method(endpoint) {
                Method::POST if other_method => Method::GET,
                Method::GET if other_method => Method::POST,
                method => method,
            };
            let path = format!("/{tenant}/{product}/{}", last.unwrap_or(endpoint));
            let body = Body::from(well_formed(endpoint).to_string());
            let answer = server
                .send_device_request(method, &path, key.as_deref(), body)
                .await;
            assert_matches_row(
                &server,
                &answer,
                &row,
                &format!("{endpoint}, {}", row.condition),
            )
            .await;
        }
    }
}

#[engine_test]
async fn every_endpoint_rejects_bodies_as_documented(server: TestServer) {
    for row in response_rows(EVERY_BODY) {
        for endpoint in ENDPOINTS
            .into_iter()
            .filter(|endpoint| endpoint_method(endpoint) == Method::POST)
        {
            let good = well_formed(endpoint).to_string();
            let with = |field: &str| format!("{},{field}}}", good.strip_suffix('}').unwrap());
            let body = match row.condition.as_str() {
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
                .send_device_request(Method::POST, &path, Some(&sdk_key()), body.into())
                .await;
            assert_matches_row(
                &server,
                &answer,
                &row,
                &format!("{endpoint}, {}", row.condition),
            )
            .await;
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
async fn each_endpoint_responds_as_documented(server: TestServer, endpoint: &str) {
    let mut seen = BTreeSet::new();
    for (number, row) in (1..).zip(response_rows(endpoint)) {
        let scenario = Scenario {
            server: &server,
            number,
        };
        let answer = match endpoint {
            "activate" => scenario.activate(&row.condition).await,
            "validate" => scenario.validate(&row.condition).await,
            "deactivate" => scenario.deactivate(&row.condition).await,
            "config" => scenario.config(&row.condition).await,
            _ => scenario.keyless(&row.condition).await,
        };
        assert_matches_row(
            &server,
            &answer,
            &row,
            &format!("{endpoint}, {}", row.condition),
        )
        .await;
        assert!(
            seen.insert(row.condition.clone()),
            "duplicate row: {}",
            row.condition
        );
    }
}

/// The situation that a row describes, on its own license.
struct Scenario<'a> {
    server: &'a TestServer,
    number: u32,
}

impl Scenario<'_> {
    async fn insert_license(&self, change: impl FnOnce(License) -> License) -> String {
        self.server.insert_license(self.number, change).await
    }

    /// Creates a license with one active device, and returns its key and the instance ID.
    async fn license_with_device(
        &self,
        change: impl FnOnce(License) -> License,
    ) -> (String, Value) {
        let key = self
            .insert_license(|license| {
                change(License {
                    active_count: 1,
                    ..license
                })
            })
            .await;
        let instance = self.server.insert_activation(&key, self.number).await;
        (key, json!(instance))
    }

    async fn activate(&self, when: &str) -> TestResponse {
        let unchanged = |license| license;
        let machine = format!("{:064}", self.number);
        let ask = async |key: &str| {
            send_request(
                self.server,
                "activate",
                &json!({ "license_key": key, "machine_hash": machine }),
            )
            .await
        };
        match when {
            "a slot is free" => ask(&self.insert_license(unchanged).await).await,
            "the license has an expiry date" => {
                ask(&self.insert_license(expiring_in_a_day).await).await
            }
            "the license is full, but this device already holds a slot" => {
                let full = |license| License {
                    activation_limit: 1,
                    ..license
                };
                ask(&self.license_with_device(full).await.0).await
            }
            "every slot is taken" => {
                ask(&self
                    .insert_license(|license| License {
                        active_count: 3,
                        ..license
                    })
                    .await)
                .await
            }
            "the license is revoked" => ask(&self.license_with_device(revoked).await.0).await,
            "the license is reminted" => ask(&self.license_with_device(reminted).await.0).await,
            "the license has expired" => ask(&self.license_with_device(expired).await.0).await,
            other => self.send_invalid("activate", other).await,
        }
    }

    async fn validate(&self, when: &str) -> TestResponse {
        let unchanged = |license| license;
        let ask = async |(key, instance): (String, Value)| {
            send_request(
                self.server,
                "validate",
                &json!({ "license_key": key, "instance_id": instance }),
            )
            .await
        };
        match when {
            "the instance is active" => ask(self.license_with_device(unchanged).await).await,
            "the product has settings" => {
                set_product_settings(self.server, Some(14), Some(true)).await;
                let answer = ask(self.license_with_device(unchanged).await).await;
                set_product_settings(self.server, None, None).await;
                answer
            }
            "the license is revoked" => ask(self.license_with_device(revoked).await).await,
            "the license is reminted" => ask(self.license_with_device(reminted).await).await,
            "the license has expired" => ask(self.license_with_device(expired).await).await,
            "the license has expired and allows reduced mode" => {
                ask(self
                    .license_with_device(|license| License {
                        fallback: true,
                        ..expired(license)
                    })
                    .await)
                .await
            }
            "the instance is deactivated" => {
                let activation = self.license_with_device(unchanged).await;
                self.deactivate_instance(&activation).await;
                ask(activation).await
            }
            other => self.send_invalid("validate", other).await,
        }
    }

    async fn deactivate(&self, when: &str) -> TestResponse {
        let unchanged = |license| license;
        match when {
            "the instance is active" => {
                self.deactivate_instance(&self.license_with_device(unchanged).await)
                    .await
            }
            "the license is revoked" => {
                self.deactivate_instance(&self.license_with_device(revoked).await)
                    .await
            }
            "the license has expired" => {
                self.deactivate_instance(&self.license_with_device(expired).await)
                    .await
            }
            "the instance is already deactivated" => {
                let activation = self.license_with_device(unchanged).await;
                self.deactivate_instance(&activation).await;
                self.deactivate_instance(&activation).await
            }
            other => self.send_invalid("deactivate", other).await,
        }
    }

    async fn deactivate_instance(&self, (key, instance): &(String, Value)) -> TestResponse {
        send_request(
            self.server,
            "deactivate",
            &json!({ "license_key": key, "instance_id": instance }),
        )
        .await
    }

    async fn config(&self, when: &str) -> TestResponse {
        let (trial_days, free_tier) = match when {
            "nothing is set" => (None, None),
            "only the free tier is set" => (None, Some(true)),
            "only a trial is set" => (Some(0), None),
            "both are set" => (Some(14), Some(true)),
            other => panic!("no scenario: {other}"),
        };
        set_product_settings(self.server, trial_days, free_tier).await;
        send_request(self.server, "config", &Value::Null).await
    }

    async fn keyless(&self, when: &str) -> TestResponse {
        let mut body = well_formed("keyless");
        match when {
            "the request is well-formed" => {}
            "the product has settings" => {
                set_product_settings(self.server, Some(14), Some(true)).await;
            }
            "`state` is missing or malformed" => body["state"] = json!("paid"),
            other => return self.send_invalid("keyless", other).await,
        }
        send_request(self.server, "keyless", &body).await
    }

    /// Sends the invalid requests that several endpoints share.
    async fn send_invalid(&self, endpoint: &str, when: &str) -> TestResponse {
        let (key, instance) = self.license_with_device(|license| license).await;
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
                body["instance_id"] = other.license_with_device(|license| license).await.1;
            }
            other => panic!("no scenario: {other}"),
        }
        let body = Body::from(body.to_string());
        self.server
            .send_device_request(Method::POST, &path, sdk_key.as_deref(), body)
            .await
    }
}

fn expiring_in_a_day(license: License) -> License {
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

async fn set_product_settings(
    server: &TestServer,
    trial_days: Option<i64>,
    free_tier: Option<bool>,
) {
    let change = UpdateProduct {
        name: None,
        trial_days: Some(trial_days.map(|days| TrialDays::try_from(days).unwrap())),
        free_tier: Some(free_tier),
    };
    let products = &server.context.services.products;
    products
        .update(&acme_caller(), "notes".parse().unwrap(), change)
        .await
        .unwrap();
}

#[engine_test]
async fn keyset_responds_as_documented(engine: Engine) {
    for row in response_rows(KEYSET) {
        let server = TestServer::with_demo_data(engine).await;
        let services = &server.context.services;
        let mut tenant = "acme";
        match row.condition.as_str() {
            "the tenant signs with its first key" => {}
            "a second key is listed" => add_second_key(services).await,
            "the second key signs" => promote_second_key(services).await,
            "the last lease of the first key has expired" => {
                promote_second_key(services).await;
                // Seven days, the clients' skew tolerance of 300 s, and a minute for a response
                // in flight.
                server
                    .context
                    .clock
                    .set(NOW.plus_days(7).plus_millis(360_000 - 1));
                services.run_maintenance().await.unwrap();
                let listed = server
                    .context
                    .store
                    .list_signing_keys(&"acme".parse().unwrap())
                    .await;
                assert_eq!(listed.unwrap().len(), 2, "not removed early");
                server
                    .context
                    .clock
                    .set(NOW.plus_days(7).plus_millis(360_000));
                services.run_maintenance().await.unwrap();
            }
            "the tenant is suspended" => services.tenants.suspend(&acme_caller()).await.unwrap(),
            "the tenant is unknown" => tenant = "nobody",
            other => panic!("no scenario: {other}"),
        }
        let path = format!("/{tenant}/.well-known/keylight-keys");
        let answer = server
            .send_device_request(Method::GET, &path, None, Body::empty())
            .await;
        assert_matches_row(
            &server,
            &answer,
            &row,
            &format!("{KEYSET}, {}", row.condition),
        )
        .await;
    }
}

async fn add_second_key(services: &Services) {
    let key = services
        .signing_keys
        .add(&acme_caller(), None)
        .await
        .unwrap();
    assert_eq!(key.kid.as_str(), "k2");
}

async fn promote_second_key(services: &Services) {
    add_second_key(services).await;
    let kid = "k2".parse().unwrap();
    services
        .signing_keys
        .promote(&acme_caller(), kid, PromotionReason::Leak)
        .await
        .unwrap();
}
