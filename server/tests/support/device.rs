//! A device with an app of the demo.

use serde_json::{Value, json};

use super::{instance::Installation, raw_http::try_send};

/// The demo's, of every app.
pub(crate) const SDK_KEY: &str =
    "sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

/// The status and the answer; nothing, where none came or it broke off.
pub(crate) fn try_call(address: &str, endpoint: &str, body: &Value) -> Option<(String, Value)> {
    let path = format!("/acme/notes/{endpoint}");
    let headers = [("X-Keylight-SDK-Key", SDK_KEY)];
    let answer = try_send(address, "POST", &path, &headers, &body.to_string()).ok()?;
    let (head, json) = answer.split_once("\r\n\r\n")?;
    Some((
        head.get(9..12)?.to_owned(),
        serde_json::from_str(json).ok()?,
    ))
}

/// Asks for a slot. The name is long, so that a disk fills up soon.
pub(crate) fn activate(address: &str, key: &str, machine: u32) -> (String, Value) {
    let name = "x".repeat(100);
    let body = json!({
        "license_key": key, "machine_hash": format!("{machine:064}"), "instance_name": name,
    });
    try_call(address, "activate", &body).unwrap()
}

pub(crate) fn validate(address: &str, key: &str, instance: &str) -> (String, Value) {
    let body = json!({ "license_key": key, "instance_id": instance });
    try_call(address, "validate", &body).unwrap()
}

/// The keys of that many new licenses, for ten devices each.
pub(crate) fn mint(installation: &Installation, count: u32) -> Vec<String> {
    let order = "mint --tenant acme --product notes --key-type team --count";
    let minted = installation.succeed(&format!("{order} {count}"));
    minted.lines().map(str::to_owned).collect()
}
