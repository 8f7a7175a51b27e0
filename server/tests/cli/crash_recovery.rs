//! `kill -9` under a load of activations, deactivations, mints, revokes and remints:
//! acknowledged writes survive, other writes are complete or absent, and the audit log matches
//! the data.

use std::{
    env,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use keywright_api_types::page::PageRequest;
use keywright_domain::{
    audit::Action, ids::LicenseId, license::LicenseState, license_key::LicenseKey, time::Timestamp,
};
use keywright_service::clock::{Clock, SystemClock};
use keywright_store::{AuditEntryFilter, Store};
use keywright_testing::{TestDatabase, engine_test};
use scraper::{Html, Selector};
use serde_json::json;

use crate::support::{
    device::{mint_keys, try_call, validate},
    instance::Installation,
    raw_http::{sign_in_session, try_send},
};

/// Number of times the server is killed and restarted; `cargo xtask stress` raises it.
fn kill_count() -> u32 {
    let asked = env::var("KEYWRIGHT_KILLS_PER_RUN").ok();
    asked.and_then(|rounds| rounds.parse().ok()).unwrap_or(3)
}

/// Maximum age of a lost last-seen time. The guarantee is 250 ms: 200 ms in the write-behind
/// buffer and 50 ms for the commit. A debug build under test load needs more time to commit.
const MAX_LOST_LAST_SEEN_MS: i64 = 1_000;

/// A server that may be killed at any moment.
#[derive(Clone, Copy)]
struct KillableServer<'a>(&'a str);

impl KillableServer<'_> {
    /// Posts a form and returns the response, or `None` if the response is incomplete.
    fn post_form(self, cookie: &str, path: &str, form: &str) -> Option<String> {
        let origin = format!("http://{}", self.0);
        let headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Origin", origin.as_str()),
            ("Cookie", cookie),
        ];
        let answer = try_send(self.0, "POST", path, &headers, form).ok()?;
        let is_whole = answer.starts_with("HTTP/1.1 303") || answer.contains("</html>");
        is_whole.then_some(answer)
    }

    fn sign_in(self) -> String {
        sign_in_session(self.0, "support@acme.test")
    }
}

/// A device's view of its activation. `is_active` is `None` if a deactivation got no response.
#[derive(Debug)]
struct DeviceView {
    key: String,
    instance_id: String,
    is_active: Option<bool>,
    /// Time at which the device sent the request for its latest lease.
    requested_at: Timestamp,
}

/// Activates devices, validates every second device and deactivates every third, until the server
/// is gone. Returns each device's view.
fn run_devices(
    server: KillableServer<'_>,
    keys: &[String],
    machines: &AtomicU32,
) -> Vec<DeviceView> {
    let mut devices = Vec::new();
    for key in keys.iter().cycle() {
        let machine = machines.fetch_add(1, Ordering::Relaxed);
        let body = json!({ "license_key": key, "machine_hash": format!("{machine:064}") });
        let asked_at = SystemClock.now();
        let Some((status, answer)) = try_call(server.0, "activate", &body) else {
            break;
        };
        let Some(instance) = answer["instance_id"].as_str() else {
            assert_eq!(status, "402", "{answer}");
            continue;
        };
        let mut device = DeviceView {
            key: key.clone(),
            instance_id: instance.to_owned(),
            is_active: Some(true),
            requested_at: asked_at,
        };
        let body = json!({ "license_key": key, "instance_id": instance });
        let ask = |endpoint| try_call(server.0, endpoint, &body);
        if machine.is_multiple_of(2) {
            let asked_at = SystemClock.now();
            if ask("validate").is_some() {
                device.requested_at = asked_at;
            }
        }
        if machine.is_multiple_of(3) {
            device.is_active = ask("deactivate").map(|_| false);
        }
        let is_over = device.is_active.is_none();
        devices.push(device);
        if is_over {
            break;
        }
    }
    devices
}

/// An operator action that the server acknowledged.
#[derive(Clone, Copy, Debug)]
enum AcknowledgedAction {
    Minted(LicenseId),
    Revoked(LicenseId),
    /// The second license replaced the first.
    Reminted(LicenseId, LicenseId),
}

fn license_id(key: &str) -> LicenseId {
    LicenseKey::parse(key).ok().unwrap().id()
}

fn shown_license_ids(answer: &str, selector: &str) -> Vec<LicenseId> {
    let html = Html::parse_document(answer);
    let selector = Selector::parse(selector).unwrap();
    let texts = html.select(&selector).flat_map(|shown| shown.text());
    let keys: String = texts.collect();
    keys.split_whitespace().map(license_id).collect()
}

/// Mints three licenses at a time, revokes the first and remints the second, until the server is
/// gone.
fn run_operator(
    server: KillableServer<'_>,
    cookie: &str,
    forms: &AtomicU32,
) -> Vec<AcknowledgedAction> {
    let mut done = Vec::new();
    let mut work = || {
        let id = forms.fetch_add(1, Ordering::Relaxed);
        let form = format!("form_id=00000000-0000-4000-8000-{id:012}&key_type=notes/pro&count=3");
        let answer = server.post_form(cookie, "/licenses/mint", &form)?;
        let minted = shown_license_ids(&answer, "#keys");
        assert_eq!(minted.len(), 3, "{answer}");
        done.extend(minted.iter().copied().map(AcknowledgedAction::Minted));
        let revoked = server.post_form(cookie, &format!("/licenses/{}/revoke", minted[0]), "")?;
        assert!(revoked.starts_with("HTTP/1.1 303"), "{revoked}");
        done.push(AcknowledgedAction::Revoked(minted[0]));
        let reminted = server.post_form(cookie, &format!("/licenses/{}/remint", minted[1]), "")?;
        done.push(AcknowledgedAction::Reminted(
            minted[1],
            shown_license_ids(&reminted, "output")[0],
        ));
        Some(())
    };
    while work().is_some() {}
    done
}

/// Checks that an acknowledged action is stored and has exactly one audit entry.
async fn assert_stored(store: &Store, done: AcknowledgedAction) {
    let tenant = "acme".parse().unwrap();
    let (id, action, expected) = match done {
        AcknowledgedAction::Minted(id) => (id, Action::ManualMint, None),
        AcknowledgedAction::Revoked(id) => (id, Action::Revoke, Some(LicenseState::Revoked)),
        AcknowledgedAction::Reminted(id, _) => (id, Action::Remint, Some(LicenseState::Reminted)),
    };
    let license = store.find_license(&tenant, id).await.unwrap().unwrap();
    assert!(
        expected.is_none_or(|expected| license.state == expected),
        "{done:?}"
    );
    if let AcknowledgedAction::Reminted(_, successor) = done {
        assert_eq!(license.successor_id, Some(successor));
        assert!(
            store
                .find_license(&tenant, successor)
                .await
                .unwrap()
                .is_some()
        );
    }
    let filter = AuditEntryFilter {
        action: Some(action),
        license_ids: Some(vec![id]),
        ..AuditEntryFilter::default()
    };
    let now = SystemClock.now();
    let entries = store
        .list_audit_entries(&tenant, &filter, PageRequest::First, 10, now)
        .await;
    let entries = entries.unwrap();
    let about = entries
        .iter()
        .filter(|entry| entry.license.as_ref().is_some_and(|named| named.id == id));
    assert_eq!(about.count(), 1, "{done:?}");
}

/// Returns the number of licenses minus the number of audit entries for created licenses. A
/// partial write changes the difference.
async fn unaudited_license_count(store: &Store) -> i64 {
    let tenant = "acme".parse().unwrap();
    let mut made = 0;
    for action in [Action::ManualMint, Action::Remint] {
        let filter = AuditEntryFilter {
            action: Some(action),
            ..AuditEntryFilter::default()
        };
        let now = SystemClock.now();
        let entries = store
            .list_audit_entries(&tenant, &filter, PageRequest::First, 1_000_000, now)
            .await;
        made += i64::try_from(entries.unwrap().len()).unwrap();
    }
    store.count_rows().await.unwrap().license_count - made
}

/// An installation under load, and everything that clients learned from its responses.
struct CrashTest {
    installation: Installation,
    keys: Vec<String>,
    next_machine: AtomicU32,
    next_form_id: AtomicU32,
    devices: Vec<DeviceView>,
    acknowledged: Vec<AcknowledgedAction>,
    /// Time of the last kill, and number of devices known before that round.
    last_kill: (Timestamp, usize),
}

impl CrashTest {
    fn on_database(database: &TestDatabase) -> Self {
        let installation = Installation::with_demo_on(database);
        Self {
            keys: mint_keys(&installation, 200),
            installation,
            next_machine: AtomicU32::new(1),
            next_form_id: AtomicU32::new(1),
            devices: Vec::new(),
            acknowledged: Vec::new(),
            last_kill: (SystemClock.now(), 0),
        }
    }

    /// Runs six device clients and two operators, and kills the server while they are busy.
    fn run_until_killed(&mut self, round: u32) {
        let mut server = self.installation.serve();
        let cookie = KillableServer(&server.address).sign_in();
        let (machines, forms) = (&self.next_machine, &self.next_form_id);
        let (seen, used) = (
            machines.load(Ordering::Relaxed),
            forms.load(Ordering::Relaxed),
        );
        let address = server.address.clone();
        let (address, cookie, keys) = (address.as_str(), cookie.as_str(), &self.keys);
        let (known, done, killed_at) = thread::scope(|scope| {
            let devices: Vec<_> = (0..6)
                .map(|number| {
                    scope.spawn(move || {
                        let own_keys = keys.iter().skip(number).step_by(6);
                        let own_keys: Vec<String> = own_keys.cloned().collect();
                        run_devices(KillableServer(address), &own_keys, machines)
                    })
                })
                .collect();
            let operators: Vec<_> = (0..2)
                .map(|_| scope.spawn(move || run_operator(KillableServer(address), cookie, forms)))
                .collect();
            // Wait until enough devices have been activated and enough forms submitted.
            while machines.load(Ordering::Relaxed) < seen + 90 + round * 7
                || forms.load(Ordering::Relaxed) < used + 4
            {
                thread::yield_now();
            }
            let killed_at = SystemClock.now();
            server.kill();
            let known = devices
                .into_iter()
                .flat_map(|devices| devices.join().unwrap());
            let known: Vec<_> = known.collect();
            let done = operators
                .into_iter()
                .flat_map(|operator| operator.join().unwrap());
            (known, done.collect::<Vec<_>>(), killed_at)
        });
        self.last_kill = (killed_at, self.devices.len());
        self.devices.extend(known);
        self.acknowledged.extend(done);
    }

    /// Checks that only the most recent last-seen times of active devices were lost.
    async fn assert_last_seen_kept(&self, store: &Store) {
        let tenant = "acme".parse().unwrap();
        let (killed_at, known_before) = self.last_kill;
        let active_devices = self.devices[known_before..].iter();
        for device in active_devices.filter(|device| device.is_active == Some(true)) {
            let found = store
                .list_activations(&tenant, license_id(&device.key))
                .await;
            let found = found.unwrap();
            let id = device.instance_id.parse().unwrap();
            let found = found.iter().find(|found| found.instance_id == id).unwrap();
            let is_recent =
                killed_at.millis() - device.requested_at.millis() < MAX_LOST_LAST_SEEN_MS;
            assert!(
                found.last_validated_at >= device.requested_at || is_recent,
                "asked {device:?}, killed {killed_at:?}, seen {:?}",
                found.last_validated_at
            );
        }
    }

    /// Checks that the server agrees with each device's view. The view of a device that got no
    /// response is set to the server's state.
    fn assert_devices_match(&mut self) {
        let server = self.installation.serve();
        for DeviceView {
            key,
            instance_id: instance,
            is_active,
            ..
        } in &mut self.devices
        {
            let (status, answer) = validate(&server.address, key, instance);
            let found = match status.as_str() {
                "200" => true,
                "422" => false,
                other => panic!("{other} {answer}"),
            };
            assert_eq!(*is_active.get_or_insert(found), found, "{key} {instance}");
        }
    }
}

#[engine_test]
async fn acknowledged_writes_survive_a_kill(database: TestDatabase) {
    let mut test = CrashTest::on_database(&database);
    let store = database.open().await;
    let unaudited = unaudited_license_count(&store).await;
    for round in 0..kill_count() {
        test.run_until_killed(round);
        let checked = test.installation.run_ok("doctor");
        assert!(
            checked.ends_with("No problems found.\n"),
            "round {round}: {checked}"
        );
        let now_unaudited = unaudited_license_count(&store).await;
        assert_eq!(now_unaudited, unaudited, "round {round}");
        for &done in &test.acknowledged {
            assert_stored(&store, done).await;
        }
        test.assert_last_seen_kept(&store).await;
        test.assert_devices_match();
    }
    let (known, done) = (test.devices.len(), test.acknowledged.len());
    assert!(known > 60 && done > 9, "{known} {done}");
}
