//! Load from shipped apps, compared with the baseline.

use std::{collections::BTreeMap, fs, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use data_encoding::BASE64;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use serde_json::{Value, json};

use crate::{
    dataset::DataSet,
    load::{Figure, Load, Round},
    server::{Binary, Server},
};

/// Of the demo data.
const SDK_KEY: &str = "sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

/// Devices that ask at the same time.
const CONNECTIONS: u32 = 32;

/// Answers that are read and checked, signature and all, before any are counted.
const CHECKED: usize = 500;

/// How long and how often.
#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) warm_up: Duration,
    pub(crate) round: Duration,
    pub(crate) rounds: u32,
}

/// Figures of a server, and of the baseline in the rounds between.
pub(crate) struct Compared {
    pub(crate) figure: Figure,
    pub(crate) baseline: Figure,
    /// Bytes.
    pub(crate) idle_memory: u64,
    pub(crate) peak_memory: u64,
}

impl Compared {
    pub(crate) fn ratio(&self) -> f64 {
        self.figure.rate / self.baseline.rate
    }
}

/// Validates devices of all of the data set, in turns with the baseline.
pub(crate) fn validate(binary: &Binary, set: &DataSet, pace: Pace) -> Result<Compared> {
    set.database.warm_up()?;
    let server = binary.serve(&set.database)?;
    let idle_memory = server.memory()?;
    check_answers(&server, set)?;
    let load = load(&server, &set.targets(), "validate", 0);
    compare(&server, idle_memory, pace, set, |time| load.run(time))
}

/// The same where each device says, the first time that it is drawn, that its app was updated.
pub(crate) fn update(binary: &Binary, set: &DataSet, pace: Pace) -> Result<Compared> {
    on_a_copy(binary, set, |server, idle_memory| {
        let load = load(server, &set.targets(), "update", 0);
        compare(server, idle_memory, pace, set, |time| load.run(time))
    })
}

/// Activates new devices, each on another license, in turns with the baseline.
pub(crate) fn activate(binary: &Binary, set: &DataSet, pace: Pace) -> Result<Compared> {
    on_a_copy(binary, set, |server, idle_memory| {
        let with_room = set.with_room();
        let mut next = 0;
        compare(server, idle_memory, pace, set, |time| {
            let round = load(server, &with_room, "activate", next).run(time)?;
            // Those that were under way at the end are not counted.
            next += round.requests + u64::from(CONNECTIONS);
            Ok(round)
        })
    })
}

/// What changes more than when devices were seen is measured on a copy, which is then removed.
fn on_a_copy(
    binary: &Binary,
    set: &DataSet,
    measure: impl FnOnce(&Server, u64) -> Result<Compared>,
) -> Result<Compared> {
    let copy = set.copy()?;
    copy.warm_up()?;
    let server = binary.serve(&copy)?;
    let compared = measure(&server, server.memory()?);
    drop(server);
    copy.remove()?;
    compared
}

fn compare(
    server: &Server,
    idle_memory: u64,
    pace: Pace,
    set: &DataSet,
    mut round: impl FnMut(Duration) -> Result<Round>,
) -> Result<Compared> {
    let baseline = Server::baseline()?;
    let baseline_load = load(&baseline, &set.targets(), "validate", 0);
    let (mut rounds, mut baseline_rounds) = (Vec::new(), Vec::new());
    round(pace.warm_up)?;
    baseline_load.run(pace.warm_up)?;
    for _ in 0..pace.rounds {
        baseline_rounds.push(baseline_load.run(pace.round)?);
        rounds.push(round(pace.round)?);
    }
    Ok(Compared {
        figure: Figure::of(&rounds),
        baseline: Figure::of(&baseline_rounds),
        idle_memory,
        peak_memory: server.peak_memory()?,
    })
}

fn load(server: &Server, targets: &std::path::Path, endpoint: &str, place: u64) -> Load {
    Load {
        url: server.url("/"),
        arguments: vec![
            endpoint.to_owned(),
            targets.display().to_string(),
            SDK_KEY.to_owned(),
            place.to_string(),
        ],
        connections: CONNECTIONS,
    }
}

/// Asks for some devices from all over the data set what the load asks, and reads the answers as an app does.
fn check_answers(server: &Server, set: &DataSet) -> Result<()> {
    let targets = fs::read_to_string(set.targets())?;
    let targets: Vec<&str> = targets.lines().collect();
    let keys = signing_keys(server)?;
    for target in targets.iter().step_by((targets.len() / CHECKED).max(1)) {
        let fields: Vec<&str> = target.split_whitespace().collect();
        let [product, key, instance, ..] = fields[..] else {
            bail!("{target} is no target");
        };
        let answer: Value = ureq::post(&server.url(&format!("/acme/{product}/validate")))
            .set("X-Keylight-SDK-Key", SDK_KEY)
            .send_json(json!({ "license_key": key, "instance_id": instance }))?
            .into_json()?;
        ensure!(answer["valid"] == true, "{answer}");
        check_lease(&answer["lease"], instance, &keys).with_context(|| answer.to_string())?;
    }
    Ok(())
}

fn signing_keys(server: &Server) -> Result<BTreeMap<String, VerifyingKey>> {
    let url = server.url("/acme/.well-known/keylight-keys");
    let set: Value = ureq::get(&url).call()?.into_json()?;
    let keys = set["keys"].as_array().context("a keyset has keys")?;
    keys.iter()
        .map(|key| {
            let text = |name: &str| key[name].as_str().context("a key has a name and bytes");
            let bytes = BASE64.decode(text("public_key")?.as_bytes())?;
            let key = VerifyingKey::from_bytes(bytes.as_slice().try_into()?)?;
            Ok((text("kid")?.to_owned(), key))
        })
        .collect()
}

fn check_lease(lease: &Value, instance: &str, keys: &BTreeMap<String, VerifyingKey>) -> Result<()> {
    let text = |name: &str| lease[name].as_str().context("a lease has all its claims");
    let entitlements = lease["entitlements"].as_array().into_iter().flatten();
    let entitlements: Vec<&str> = entitlements.filter_map(Value::as_str).collect();
    let signed = format!(
        "v3|{}|{}|{}|{}|{}|{}|{}",
        text("kid")?,
        text("licenseKeyHash")?,
        text("instanceId")?,
        lease["issuedAt"],
        lease["expiresAt"],
        text("status")?,
        entitlements.join(",")
    );
    ensure!(text("instanceId")? == instance, "another's lease");
    let signature = BASE64.decode(text("signature")?.as_bytes())?;
    let key = keys.get(text("kid")?).context("an unknown key")?;
    Ok(key.verify(signed.as_bytes(), &Signature::from_slice(&signature)?)?)
}
