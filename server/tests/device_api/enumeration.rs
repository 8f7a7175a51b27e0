//! License keys cannot be enumerated: neither a response nor the work that it causes reveals
//! whether a key exists.

use std::sync::{Arc, Mutex};

use axum::http::StatusCode;
use futures::FutureExt;
use keywright_domain::license::{License, LicenseState};
use keywright_store::StoreError;
use keywright_testing::{Engine, engine_test};
use serde_json::{Value, json};
use tracing::{Event, Subscriber, field::Visit};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt};

use crate::support::{TestResponse, TestServer};

/// Statements that reach the database, as sqlx logs them. The log covers the whole process, and
/// nextest runs each test in its own process.
#[derive(Clone, Default)]
struct StatementLog(Arc<Mutex<Vec<String>>>);

impl StatementLog {
    /// Waits until a license lookup is logged. Lookups have their own connections, which
    /// [`flush_statements`] does not cover.
    async fn wait_for_lookup(&self) {
        let is_logged = || {
            let statements = self.0.lock().unwrap();
            statements.iter().any(|text| text.contains(LOOKUP_SQL))
        };
        let logged = async {
            while !is_logged() {
                tokio::task::yield_now().await;
            }
        };
        let timeout = std::time::Duration::from_secs(10);
        tokio::time::timeout(timeout, logged).await.unwrap();
    }

    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

impl<S: Subscriber> Layer<S> for StatementLog {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target().split("::").eq(["sqlx", "query"]) {
            let mut text = StatementText::default();
            event.record(&mut text);
            // The last use of a key is written later, by whichever request comes first. The other
            // statements do not depend on the key.
            let unrelated = [
                "UPDATE sdk_keys",
                "SAVEPOINT",
                "BEGIN",
                "COMMIT",
                "SELECT 1",
                "SET lock_timeout",
                "PRAGMA",
                "pg_notify",
            ];
            if !unrelated.iter().any(|unrelated| text.0.contains(unrelated)) {
                self.0.lock().unwrap().push(text.0);
            }
        }
    }
}

const LOOKUP_SQL: &str = "JOIN licenses";

/// SQL of a statement, or its summary if nothing else is logged.
#[derive(Default)]
struct StatementText(String);

impl Visit for StatementText {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        let is_statement = matches!(field.name(), "summary" | "db.statement");
        let value = format!("{value:?}");
        if is_statement && value.len() > self.0.len() {
            self.0 = value;
        }
    }
}

/// SQLite threads log a statement after they have returned its result, so run one more statement
/// on each of them.
async fn flush_statements(server: &TestServer) {
    let store = &server.context.store;
    let pings = futures::future::join_all((0..8).map(|_| store.ping()));
    let nothing = store.write(|_| async { Ok::<_, StoreError>(()) }.boxed());
    let (pinged, written) = futures::join!(pings, nothing);
    assert!(pinged.iter().all(Result::is_ok) && written.is_ok());
}

#[engine_test]
async fn unusable_keys_are_indistinguishable(engine: Engine) {
    let statements = StatementLog::default();
    let subscriber = tracing_subscriber::registry().with(statements.clone());
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let server = TestServer::with_demo_data(engine).await;
    let of_state = |state| move |license| License { state, ..license };
    let revoked = server
        .insert_license(1, of_state(LicenseState::Revoked))
        .await;
    let reminted = server
        .insert_license(2, of_state(LicenseState::Reminted))
        .await;
    let other_product = server
        .insert_license(3, |license| License {
            product_id: "studio".parse().unwrap(),
            key_type_id: "default".parse().unwrap(),
            ..license
        })
        .await;
    let foreign = server
        .insert_license(4, |license| License {
            tenant_id: "indie".parse().unwrap(),
            product_id: "pixel".parse().unwrap(),
            key_type_id: "default".parse().unwrap(),
            ..license
        })
        .await;
    let unknown = "ACME-NONE-NONE-NONE-NONE";
    let expired = "ACME-EXPD-0000-0003";
    let inactive = [&revoked, &reminted];
    let inaccessible = [unknown, &other_product, &foreign];

    for (endpoint, keys) in [
        (
            "activate",
            [&inaccessible[..], &inactive.map(String::as_str)].concat(),
        ),
        ("validate", inaccessible.to_vec()),
        ("deactivate", inaccessible.to_vec()),
    ] {
        let ask = async |key: &str| -> (TestResponse, Vec<String>) {
            let instance = "00000000-0000-4000-8000-000000000009";
            let body: Value = json!({ "license_key": key, "instance_id": instance, "machine_hash": "1".repeat(64) });
            statements.take();
            let answer = server
                .post_device(&format!("/acme/notes/{endpoint}"), &body)
                .await;
            statements.wait_for_lookup().await;
            flush_statements(&server).await;
            (answer, statements.take())
        };
        // Fill the caches.
        ask(unknown).await;
        let (first, work) = ask(unknown).await;
        assert_eq!(first.status, StatusCode::NOT_FOUND);
        assert!(
            work.iter().any(|text| text.contains(LOOKUP_SQL)),
            "{work:?}"
        );
        for key in keys {
            let (answer, other_statements) = ask(key).await;
            assert_eq!(answer.status, first.status, "{endpoint} {key}");
            assert_eq!(answer.body, first.body, "{endpoint} {key}");
            let names = |answer: &TestResponse| {
                let mut names: Vec<_> = answer
                    .headers
                    .keys()
                    .map(|name| name.as_str().to_owned())
                    .collect();
                names.sort_unstable();
                names
            };
            assert_eq!(names(&answer), names(&first), "{endpoint} {key}");
            assert_eq!(other_statements, work, "{endpoint} {key}");
        }
        // Sanity check: an existing license gets a different response.
        let (other, _) = ask(expired).await;
        assert_ne!(other.body, first.body, "{endpoint}");
    }
}
