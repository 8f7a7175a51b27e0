//! Load from device requests, compared with the baseline.

use std::{collections::BTreeMap, fs, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use data_encoding::BASE64;
use ed25519_dalek::{Signature, Verifier, VerifyingKey};
use serde_json::{Value, json};

use crate::{
    dataset::DataSet,
    load::{Load, LoadSummary, RoundResult},
    server::{Binary, Server},
};

/// SDK key in the demo data.
const SDK_KEY: &str = "sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

/// Number of concurrent connections.
const CONNECTIONS: u32 = 32;

/// Number of responses whose content and signature are verified before the measurement.
const VERIFIED_RESPONSES: usize = 500;

/// Duration and number of rounds.
#[derive(Clone, Copy)]
pub(crate) struct Schedule {
    pub(crate) warm_up: Duration,
    pub(crate) round_duration: Duration,
    pub(crate) round_count: u32,
}

/// Results for a server, and for the baseline in the alternating rounds.
pub(crate) struct Comparison {
    pub(crate) server: LoadSummary,
    pub(crate) baseline: LoadSummary,
    /// Resident memory in bytes.
    pub(crate) idle_memory: u64,
    pub(crate) peak_memory: u64,
}

impl Comparison {
    pub(crate) fn ratio(&self) -> f64 {
        self.server.rate / self.baseline.rate
    }
}

/// Validates random devices of the data set, alternating with the baseline.
pub(crate) fn validate(binary: &Binary, set: &DataSet, pace: Schedule) -> Result<Comparison> {
    set.database.warm_up()?;
    let server = binary.serve(&set.database)?;
    let idle_memory = server.memory()?;
    verify_responses(&server, set)?;
    let load = load(&server, &set.targets(), "validate", 0);
    compare(&server, idle_memory, pace, set, |time| load.run(time))
}

/// Like [`validate`], but each device reports an app update the first time it is drawn.
pub(crate) fn update(binary: &Binary, set: &DataSet, pace: Schedule) -> Result<Comparison> {
    measure_on_copy(binary, set, |server, idle_memory| {
        let load = load(server, &set.targets(), "update", 0);
        compare(server, idle_memory, pace, set, |time| load.run(time))
    })
}

/// Activates new devices, each on a different license, alternating with the baseline.
pub(crate) fn activate(binary: &Binary, set: &DataSet, pace: Schedule) -> Result<Comparison> {
    measure_on_copy(binary, set, |server, idle_memory| {
        let with_room = set.with_free_slots();
        let mut next = 0;
        compare(server, idle_memory, pace, set, |time| {
            let round = load(server, &with_room, "activate", next).run(time)?;
            // Requests still in flight at the end are not counted.
            next += round.requests + u64::from(CONNECTIONS);
            Ok(round)
        })
    })
}

/// Measures on a temporary copy, because the requests modify more than last-seen timestamps.
fn measure_on_copy(
    binary: &Binary,
    set: &DataSet,
    measure: impl FnOnce(&Server, u64) -> Result<Comparison>,
) -> Result<Comparison> {
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
    pace: Schedule,
    set: &DataSet,
    mut round: impl FnMut(Duration) -> Result<RoundResult>,
) -> Result<Comparison> {
    let baseline = Server::baseline()?;
    let baseline_load = load(&baseline, &set.targets(), "validate", 0);
    let (mut rounds, mut baseline_rounds) = (Vec::new(), Vec::new());
    round(pace.warm_up)?;
    baseline_load.run(pace.warm_up)?;
    for _ in 0..pace.round_count {
        baseline_rounds.push(baseline_load.run(pace.round_duration)?);
        rounds.push(round(pace.round_duration)?);
    }
    Ok(Comparison {
        server: LoadSummary::of(&rounds),
        baseline: LoadSummary::of(&baseline_rounds),
        idle_memory,
        peak_memory: server.peak_memory()?,
    })
}

fn load(server: &Server, targets: &std::path::Path, endpoint: &str, first_target: u64) -> Load {
    Load {
        url: server.url("/"),
        arguments: vec![
            endpoint.to_owned(),
            targets.display().to_string(),
            SDK_KEY.to_owned(),
            first_target.to_string(),
        ],
        connections: CONNECTIONS,
    }
}

/// Sends the same requests for devices across the data set and verifies each response.
fn verify_responses(server: &Server, set: &DataSet) -> Result<()> {
    let targets = fs::read_to_string(set.targets())?;
    let targets: Vec<&str> = targets.lines().collect();
    let keys = signing_keys(server)?;
    for target in targets
        .iter()
        .step_by((targets.len() / VERIFIED_RESPONSES).max(1))
    {
        let fields: Vec<&str> = target.split_whitespace().collect();
        let [product, key, instance, ..] = fields[..] else {
            bail!("invalid target: {target}");
        };
        let answer: Value = ureq::post(&server.url(&format!("/acme/{product}/validate")))
            .set("X-Keylight-SDK-Key", SDK_KEY)
            .send_json(json!({ "license_key": key, "instance_id": instance }))?
            .into_json()?;
        ensure!(answer["valid"] == true, "{answer}");
        verify_lease(&answer["lease"], instance, &keys).with_context(|| answer.to_string())?;
    }
    Ok(())
}

fn signing_keys(server: &Server) -> Result<BTreeMap<String, VerifyingKey>> {
    let url = server.url("/acme/.well-known/keylight-keys");
    let set: Value = ureq::get(&url).call()?.into_json()?;
    let keys = set["keys"].as_array().context("the key set has no keys")?;
    keys.iter()
        .map(|key| {
            let text = |name: &str| {
                key[name]
                    .as_str()
                    .context("a key lacks its ID or public key")
            };
            let bytes = BASE64.decode(text("public_key")?.as_bytes())?;
            let key = VerifyingKey::from_bytes(bytes.as_slice().try_into()?)?;
            Ok((text("kid")?.to_owned(), key))
        })
        .collect()
}

fn verify_lease(
    lease: &Value,
    instance: &str,
    keys: &BTreeMap<String, VerifyingKey>,
) -> Result<()> {
    let text = |name: &str| lease[name].as_str().context("the lease lacks a claim");
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
    ensure!(
        text("instanceId")? == instance,
        "the lease belongs to another instance"
    );
    let signature = BASE64.decode(text("signature")?.as_bytes())?;
    let key = keys.get(text("kid")?).context("unknown signing key")?;
    Ok(key.verify(signed.as_bytes(), &Signature::from_slice(&signature)?)?)
}
