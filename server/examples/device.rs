//! A simulated device, built on the published client SDK, for trying out a server by hand and for
//! the browser tests.
//!
//! ```text
//! cargo run --example device -- http://127.0.0.1:3000 acme notes sdk_live_000…000
//! activate ACME-PRO0-0000-0001
//! validate
//! deactivate
//! ```
//!
//! Each line of standard input is a command, and each line of output is the result that the
//! client returned.

#![expect(clippy::print_stdout, reason = "a command-line tool")]

use std::{
    collections::HashMap,
    env,
    error::Error,
    io::{self, BufRead},
    sync::{Arc, Mutex, PoisonError},
};

use keylight::{
    FixedDeviceIdentity, Keylight, KeylightConfig, LicenseStore,
    http::ureq_transport::UreqTransport, keyset::fetch_keyset,
};

const USAGE: &str =
    "usage: device <base URL> <tenant> <product> <SDK key> [<id of the key to trust> <public key>]";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let app = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [base_url, tenant, product, sdk_key] => {
            configure_app(base_url, tenant, product, sdk_key, None)?
        }
        [base_url, tenant, product, sdk_key, kid, key] => {
            configure_app(base_url, tenant, product, sdk_key, Some((kid, key)))?
        }
        _ => return Err(USAGE.into()),
    };
    for line in io::stdin().lock().lines() {
        println!("{}", run_command(&app, &line?));
    }
    Ok(())
}

/// Sets up an app as its vendor would. Without a pinned key, the app trusts the keys that the
/// server publishes.
fn configure_app(
    base_url: &str,
    tenant: &str,
    product: &str,
    sdk_key: &str,
    trusted: Option<(&str, &str)>,
) -> Result<Keylight, Box<dyn Error>> {
    let mut config = KeylightConfig::builder(tenant, product, sdk_key)
        .base_url(base_url)
        .max_offline_days(7)
        .build();
    if let Some((kid, key)) = trusted {
        config.trusted_keys.insert(kid.to_owned(), key.to_owned());
    } else {
        let (_primary, keys) = fetch_keyset(&UreqTransport::default(), base_url, tenant)
            .ok_or("failed to fetch the server's keys")?;
        config.trusted_keys.extend(keys);
    }
    let app = Keylight::with_parts(
        config,
        Arc::new(MemoryStore::default()),
        Arc::new(UreqTransport::default()),
    );
    let device = format!("device {}", std::process::id());
    Ok(app.with_device(Arc::new(FixedDeviceIdentity(device))))
}

fn run_command(app: &Keylight, line: &str) -> String {
    let (command, key) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    let done = match command {
        "activate" => app.activate(key).map(|result| result.error),
        "validate" => app.validate().map(|result| result.error),
        "deactivate" => app.deactivate().map(|()| None),
        _ => return "commands: activate <key>, validate, deactivate".to_owned(),
    };
    match done {
        Ok(None) => format!("ok, {:?}, pro: {}", app.state(), app.has_entitlement("pro")),
        Ok(Some(refusal)) => format!("refused: {refusal}"),
        Err(error) => format!("failed: {error}"),
    }
}

/// Keeps the client's data in memory while the process runs.
#[derive(Default)]
struct MemoryStore(Mutex<HashMap<String, Vec<u8>>>);

impl LicenseStore for MemoryStore {
    fn get(&self, account: &str) -> Option<Vec<u8>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(account)
            .cloned()
    }

    fn set(&self, account: &str, value: &[u8]) -> keylight::Result<()> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account.to_owned(), value.to_vec());
        Ok(())
    }

    fn delete(&self, account: &str) -> keylight::Result<()> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(account);
        Ok(())
    }
}
