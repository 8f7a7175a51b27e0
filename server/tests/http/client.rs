//! The published client, unmodified, over a real socket.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use keylight::{
    FixedDeviceIdentity, Keylight, KeylightConfig, LicenseState, LicenseStore,
    http::ureq_transport::UreqTransport, keyset::fetch_keyset,
};
use keywright_service::{
    Services,
    clock::SystemClock,
    master_key::MasterKey,
    rng::{Rng, SystemRng},
};
use keywright_store::{Engine, Store, testing::TestDatabase};

use crate::world::{PRO_KEY, sdk_key};

/// A device's disk.
#[derive(Default)]
struct Disk(Mutex<HashMap<String, Vec<u8>>>);

impl LicenseStore for Disk {
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

/// A server on a real socket and the real clock, which the client checks leases against.
struct Listening {
    url: String,
    store: Store,
    _database: TestDatabase,
}

async fn listen(engine: Engine) -> Listening {
    let database = TestDatabase::on(engine).await;
    let store = database.open().await;
    let rng: &dyn Rng = &SystemRng;
    let master_key = MasterKey::generate(rng).checked(&store, rng).await.unwrap();
    let services = Services::new(
        store.clone(),
        master_key,
        Box::new(SystemClock),
        Box::new(SystemRng),
    );
    services.demo.fill().await.unwrap();
    let router = crate::world::router_over(services);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    Listening {
        url,
        store,
        _database: database,
    }
}

/// An app on a device, set up as its vendor would: base URL, and the keys that the server publishes.
fn app(base_url: &str, device: &str) -> Keylight {
    let mut config = KeylightConfig::builder("acme", "notes", sdk_key())
        .base_url(base_url)
        .max_offline_days(7)
        .build();
    let (primary, keys) = fetch_keyset(&UreqTransport::default(), base_url, "acme").unwrap();
    assert!(keys.contains_key(&primary));
    config.trusted_keys.extend(keys);
    Keylight::with_parts(
        config,
        Arc::new(Disk::default()),
        Arc::new(UreqTransport::default()),
    )
    .with_device(Arc::new(FixedDeviceIdentity(device.to_owned())))
}

async fn whole_round_trip(engine: Engine) {
    let server = listen(engine).await;
    let base_url = server.url.clone();
    let active = || async {
        let id = keywright_domain::key::LicenseKey::parse(PRO_KEY)
            .ok()
            .unwrap()
            .id();
        server
            .store
            .license(&"acme".parse().unwrap(), id)
            .await
            .unwrap()
            .unwrap()
            .active_count
    };
    let device = tokio::task::spawn_blocking(move || {
        let app = app(&base_url, "device-1");
        let activated = app.activate(PRO_KEY).unwrap();
        assert!(activated.activated, "{:?}", activated.error);
        assert!(
            matches!(app.state(), LicenseState::Licensed),
            "{:?}",
            app.state()
        );
        assert!(app.has_entitlement("pro") && !app.has_entitlement("sync"));
        let again = app.activate(PRO_KEY).unwrap();
        assert_eq!(
            again.instance_id, activated.instance_id,
            "the same device, the same slot"
        );
        let validated = app.validate().unwrap();
        assert!(validated.valid && validated.lease.is_some());
        app
    });
    let app = device.await.unwrap();
    assert_eq!(active().await, 1);
    let app = tokio::task::spawn_blocking(move || {
        app.deactivate().unwrap();
        app
    });
    let app = app.await.unwrap();
    assert_eq!(active().await, 0);
    assert!(!app.has_stored_license());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_client_makes_its_round_trip_on_sqlite() {
    whole_round_trip(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_client_makes_its_round_trip_on_postgres() {
    whole_round_trip(Engine::Postgres).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_published_client_reads_every_refusal() {
    let server = listen(Engine::Sqlite).await;
    let base_url = server.url.clone();
    let device = tokio::task::spawn_blocking(move || {
        for (key, message) in [
            ("ACME-FULL-0000-0005", "Activation limit reached"),
            ("ACME-REVK-0000-0002", "License key not found"),
            ("ACME-EXPD-0000-0003", "License expired"),
            ("ACME-NONE-0000-0009", "License key not found"),
        ] {
            let refused = app(&base_url, "device-1").activate(key).unwrap();
            assert!(!refused.activated);
            assert_eq!(refused.error.as_deref(), Some(message), "{key}");
        }
    });
    device.await.unwrap();
}
