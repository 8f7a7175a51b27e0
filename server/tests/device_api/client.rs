//! Runs the published client, unmodified, over a real socket through its whole life cycle, on both
//! engines.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use keylight::{
    FixedDeviceIdentity, KeylessState, Keylight, KeylightConfig, KeylightError, LicenseState,
    LicenseStore, http::ureq_transport::UreqTransport, keyset::fetch_keyset,
};
use keywright_domain::{license::License, signing_key::PromotionReason, time::Timestamp};
use keywright_service::{
    clock::{Clock, SystemClock},
    products::UpdateProduct,
};
use keywright_testing::{Engine, EngineFixture, engine_test};
use serde_json::json;

use crate::support::{PRO_KEY, TestServer, acme_caller, license_id, sdk_key};

/// In-memory storage of a device.
#[derive(Default)]
struct MemoryStore(Mutex<HashMap<String, Vec<u8>>>);

impl LicenseStore for MemoryStore {
    fn get(&self, account: &str) -> Option<Vec<u8>> {
        self.0.lock().unwrap().get(account).cloned()
    }

    fn set(&self, account: &str, value: &[u8]) -> keylight::Result<()> {
        self.0
            .lock()
            .unwrap()
            .insert(account.to_owned(), value.to_vec());
        Ok(())
    }

    fn delete(&self, account: &str) -> keylight::Result<()> {
        self.0.lock().unwrap().remove(account);
        Ok(())
    }
}

/// A server on a real socket. Its clock starts at the system time, because the client checks leases
/// against the system clock.
struct ListeningServer {
    server: TestServer,
    url: String,
    now: Timestamp,
}

impl EngineFixture for ListeningServer {
    async fn create(engine: Engine) -> Self {
        let server = TestServer::with_demo_data(engine).await;
        let now = SystemClock.now();
        server.context.clock.set(now);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = server.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { server, url, now }
    }
}

impl ListeningServer {
    /// Creates an app on a device, configured as its vendor would: the base URL, and the keys
    /// that the server publishes.
    async fn create_app(&self, device: &str) -> Arc<Keylight> {
        self.create_app_with(device, |config| config).await
    }

    async fn create_app_with(
        &self,
        device: &str,
        change: impl FnOnce(KeylightConfig) -> KeylightConfig + Send + 'static,
    ) -> Arc<Keylight> {
        let (url, device) = (self.url.clone(), device.to_owned());
        run_blocking(move || {
            let mut config = KeylightConfig::builder("acme", "notes", sdk_key())
                .base_url(&url)
                .max_offline_days(7)
                .build();
            let (primary, keys) = fetch_keyset(&UreqTransport::default(), &url, "acme").unwrap();
            assert!(keys.contains_key(&primary));
            config.trusted_keys.extend(keys);
            let app = Keylight::with_parts(
                change(config),
                Arc::new(MemoryStore::default()),
                Arc::new(UreqTransport::default()),
            );
            Arc::new(app.with_device(Arc::new(FixedDeviceIdentity(device))))
        })
        .await
    }

    /// Creates an app that is activated with `key`.
    async fn create_licensed_app(&self, device: &str, key: &str) -> Arc<Keylight> {
        let app = self.create_app(device).await;
        assert_eq!(activate(&app, key).await, Ok(()));
        assert_eq!(app.state(), LicenseState::Licensed);
        app
    }
}

/// Runs blocking client code on its own thread.
async fn run_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

async fn activate(app: &Arc<Keylight>, key: &str) -> Result<(), String> {
    let (app, key) = (app.clone(), key.to_owned());
    let answer = run_blocking(move || app.activate(&key)).await.unwrap();
    answer.error.map_or(Ok(()), Err)
}

/// Validates, and returns the status of the new lease or the error.
async fn validate(app: &Arc<Keylight>) -> Result<Option<String>, String> {
    let app = app.clone();
    let answer = run_blocking(move || app.validate()).await.unwrap();
    let lease = answer.lease.map(|lease| lease.status);
    match answer.error {
        Some(error) if lease.is_none() => Err(error),
        _ => Ok(lease),
    }
}

#[engine_test]
async fn client_activates_validates_and_deactivates(listening: ListeningServer) {
    let server = &listening.server;
    let app = listening.create_licensed_app("device-1", PRO_KEY).await;
    assert!(app.has_entitlement("pro") && !app.has_entitlement("sync"));
    let first = app.cached_lease().unwrap();
    assert_eq!(activate(&app, PRO_KEY).await, Ok(()));
    let again = app.cached_lease().unwrap();
    assert_eq!(
        again.instance_id, first.instance_id,
        "the same device keeps its instance"
    );
    assert_eq!(server.count_active_devices(PRO_KEY).await, 1);
    assert_eq!(validate(&app).await, Ok(Some("active".into())));
    let leaving = app.clone();
    run_blocking(move || leaving.deactivate()).await.unwrap();
    assert_eq!(server.count_active_devices(PRO_KEY).await, 0);
    assert!(!app.has_stored_license());
}

#[engine_test]
async fn client_reports_activation_errors(listening: ListeningServer) {
    let app = listening.create_app("device-1").await;
    for (key, message) in [
        ("ACME-FULL-0000-0005", "Activation limit reached"),
        ("ACME-REVK-0000-0002", "License key not found"),
        ("ACME-EXPD-0000-0003", "License expired"),
        ("ACME-NONE-0000-0009", "License key not found"),
    ] {
        assert_eq!(activate(&app, key).await, Err(message.to_owned()), "{key}");
    }
    let other = listening.create_app_with("device-1", |config| KeylightConfig {
        sdk_key: sdk_key().replace('0', "1"),
        ..config
    });
    let refused = activate(&other.await, PRO_KEY).await;
    assert_eq!(refused, Err("Invalid or missing SDK key".to_owned()));
    let elsewhere = listening.create_app_with("device-1", |config| KeylightConfig {
        product_id: "nothing".into(),
        ..config
    });
    let refused = activate(&elsewhere.await, PRO_KEY).await;
    assert_eq!(refused, Err("Product not found".to_owned()));
    let tenants = &listening.server.context.services.tenants;
    tenants.suspend(&acme_caller()).await.unwrap();
    assert_eq!(
        activate(&app, PRO_KEY).await,
        Err("Account suspended".to_owned())
    );
    tenants.resume(&acme_caller()).await.unwrap();
    assert_eq!(activate(&app, PRO_KEY).await, Ok(()));
}

#[engine_test]
async fn client_follows_its_license_into_expiry_and_reduced_mode(listening: ListeningServer) {
    let (server, now) = (&listening.server, listening.now);
    let with_expiry = move |license| License {
        expires_at: Some(now.plus_days(3).round_up_to_second()),
        ..license
    };
    let plain = server.insert_license(1, with_expiry).await;
    let with_fallback = server
        .insert_license(2, |license| License {
            fallback: true,
            ..with_expiry(license)
        })
        .await;
    let (one, other) = (
        listening.create_licensed_app("device-1", &plain).await,
        listening
            .create_licensed_app("device-2", &with_fallback)
            .await,
    );
    let lease = one.cached_lease().unwrap();
    assert_eq!(
        Some(lease.expires_at),
        one.cached_license_expires_at(),
        "a lease never outlives its license"
    );
    server.context.clock.set(now.plus_days(4));
    assert_eq!(validate(&one).await, Ok(Some("expired".into())));
    assert_eq!(one.state(), LicenseState::Expired);
    assert_eq!(validate(&other).await, Ok(Some("fallback".into())));
    assert_eq!(other.state(), LicenseState::Limited);
    assert!(!one.has_entitlement("pro") && !other.has_entitlement("pro"));
    // Setting the clock back has the same effect as a renewal.
    server.context.clock.set(now);
    assert_eq!(validate(&one).await, Ok(Some("active".into())));
    assert_eq!(one.state(), LicenseState::Licensed);
}

#[engine_test]
async fn client_stops_when_its_license_is_revoked(listening: ListeningServer) {
    let app = listening.create_licensed_app("device-1", PRO_KEY).await;
    let licenses = &listening.server.context.services.licenses;
    licenses
        .revoke(&acme_caller(), license_id(PRO_KEY))
        .await
        .unwrap();
    assert_eq!(app.state(), LicenseState::Licensed, "until it validates");
    assert_eq!(
        validate(&app).await,
        Err("License has been revoked".to_owned())
    );
    assert_eq!(app.state(), LicenseState::Expired);
    assert!(app.cached_lease().is_none());
    assert_eq!(
        activate(&app, PRO_KEY).await,
        Err("License key not found".to_owned())
    );
}

#[engine_test]
async fn client_stops_when_its_instance_is_deactivated_elsewhere(listening: ListeningServer) {
    let app = listening.create_licensed_app("device-1", PRO_KEY).await;
    let other = listening.create_licensed_app("device-2", PRO_KEY).await;
    let instance = app.cached_lease().unwrap().instance_id;
    let body = json!({ "license_key": PRO_KEY, "instance_id": instance });
    let done = listening
        .server
        .post_device("/acme/notes/deactivate", &body)
        .await;
    assert_eq!(done.json(), json!({ "deactivated": true }));
    let refused = validate(&app).await;
    assert_eq!(refused, Err("Instance not found or deactivated".to_owned()));
    assert!(app.cached_lease().is_none());
    assert_eq!(
        validate(&other).await,
        Ok(Some("active".into())),
        "the other device stays active"
    );
    assert_eq!(activate(&app, PRO_KEY).await, Ok(()));
    assert_ne!(
        app.cached_lease().unwrap().instance_id,
        instance,
        "a new instance"
    );
}

async fn set_product_settings(
    listening: &ListeningServer,
    trial_days: Option<i64>,
    free_tier: Option<bool>,
) {
    let change = UpdateProduct {
        name: None,
        trial_days: Some(trial_days.map(|days| days.try_into().unwrap())),
        free_tier: Some(free_tier),
    };
    let products = &listening.server.context.services.products;
    products
        .update(&acme_caller(), "notes".parse().unwrap(), change)
        .await
        .unwrap();
}

#[engine_test]
async fn client_applies_signed_and_unsigned_settings(listening: ListeningServer) {
    let effective = async |app: &Arc<Keylight>| {
        let asking = app.clone();
        run_blocking(move || asking.fetch_config()).await;
        (
            app.effective_trial_duration_days(),
            app.effective_free_tier_enabled(),
        )
    };
    let built_with = |config: KeylightConfig| KeylightConfig {
        trial_duration_days: 7,
        ..config
    };
    let strict = move |config| KeylightConfig {
        require_signed_config: true,
        ..built_with(config)
    };
    let trusting = listening.create_app_with("device-1", built_with).await;
    let careful = listening.create_app_with("device-2", strict).await;
    // Pinned to the key of another server.
    let elsewhere = listening.create_app_with("device-3", move |config| {
        let other = "8QkyJGwaIqAuN0jdsCnBtv3D9fylv4PHqCVufx7xje0=".to_owned();
        KeylightConfig {
            trusted_keys: HashMap::from([("k1".to_owned(), other)]),
            ..strict(config)
        }
    });
    let elsewhere = elsewhere.await;
    for app in [&trusting, &careful, &elsewhere] {
        assert_eq!(effective(app).await, (7, false), "nothing is set");
    }
    set_product_settings(&listening, None, Some(true)).await;
    assert_eq!(effective(&trusting).await, (7, true));
    assert_eq!(
        effective(&careful).await,
        (7, false),
        "a free tier alone is not signed"
    );
    set_product_settings(&listening, Some(14), Some(true)).await;
    assert_eq!(effective(&trusting).await, (14, true));
    assert_eq!(effective(&careful).await, (14, true));
    assert_eq!(
        effective(&elsewhere).await,
        (7, false),
        "signed by an untrusted key"
    );
    // A validate response contains the settings, too.
    set_product_settings(&listening, Some(30), None).await;
    assert_eq!(activate(&careful, PRO_KEY).await, Ok(()));
    assert_eq!(validate(&careful).await, Ok(Some("active".into())));
    assert_eq!(careful.effective_trial_duration_days(), 30);
}

#[engine_test]
async fn client_reports_keyless_use(listening: ListeningServer) {
    set_product_settings(&listening, Some(21), Some(false)).await;
    let strict = |config| KeylightConfig {
        require_signed_config: true,
        ..config
    };
    let app = listening.create_app_with("device-1", strict).await;
    app.start_trial().unwrap();
    let reporting = app.clone();
    run_blocking(move || reporting.report_keyless_state(KeylessState::Trial)).await;
    assert_eq!(app.state(), LicenseState::Trial { days_left: 21 });
    let store = &listening.server.context.store;
    let tenant = "acme".parse().unwrap();
    let installs = store
        .list_keyless_installs(&tenant, &"notes".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(installs.len(), 1);
    assert_eq!(
        installs[0].instance_id,
        app.free_tier_instance_id().unwrap()
    );
    assert!(installs[0].machine_hash.is_some());
    assert_eq!(installs[0].telemetry.sdk.as_deref(), Some("rust"));
    // After a purchase, the activation names the keyless install.
    assert_eq!(activate(&app, PRO_KEY).await, Ok(()));
    let devices = listening.server.list_activations(PRO_KEY).await;
    assert_eq!(
        devices[0].free_tier_instance_id,
        Some(installs[0].instance_id.clone())
    );
}

#[engine_test]
async fn client_follows_a_signing_key_rotation(listening: ListeningServer) {
    let (server, now) = (&listening.server, listening.now);
    let keys = &server.context.services.signing_keys;
    let pinned = listening.create_licensed_app("device-1", PRO_KEY).await;
    let second = keys.add(&acme_caller(), None).await.unwrap().kid;
    // Fetches its keys after the second key has been added.
    let fetching = listening.create_licensed_app("device-2", PRO_KEY).await;
    assert_eq!(
        fetching.cached_lease().unwrap().kid,
        "k1",
        "the second key is listed but not used yet"
    );
    keys.promote(&acme_caller(), second, PromotionReason::Leak)
        .await
        .unwrap();
    assert!(
        fetching.has_entitlement("pro"),
        "a lease signed with the first key is still valid"
    );
    assert_eq!(validate(&fetching).await, Ok(Some("active".into())));
    assert_eq!(fetching.cached_lease().unwrap().kid, "k2");
    let asking = pinned.clone();
    let refused = run_blocking(move || asking.validate()).await;
    assert!(matches!(refused, Err(KeylightError::UnknownSigningKey { kid }) if kid == "k2"));
    assert_eq!(
        pinned.state(),
        LicenseState::Licensed,
        "its current lease is still valid"
    );
    // Return to the first key for the sake of apps that pinned it. The second key stays listed
    // until its last lease has expired.
    keys.promote(
        &acme_caller(),
        "k1".parse().unwrap(),
        PromotionReason::Planned,
    )
    .await
    .unwrap();
    assert_eq!(validate(&pinned).await, Ok(Some("active".into())));
    server.context.clock.set(now.plus_days(8));
    keys.drop_expired().await.unwrap();
    let listed = server
        .context
        .store
        .list_signing_keys(&"acme".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].kid.as_str(), "k1");
}

#[engine_test]
async fn client_keeps_its_lease_during_a_server_outage(listening: ListeningServer) {
    let app = listening.create_licensed_app("device-1", PRO_KEY).await;
    let lease = app.cached_lease();
    listening.server.context.store.close().await;
    for _ in 0..2 {
        let asking = app.clone();
        let refused = run_blocking(move || asking.validate()).await;
        assert!(matches!(
            refused,
            Err(KeylightError::ServerError { status: 503 })
        ));
        assert_eq!(
            (app.state(), app.cached_lease()),
            (LicenseState::Licensed, lease.clone())
        );
    }
}
