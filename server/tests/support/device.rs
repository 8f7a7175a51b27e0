//! A device that runs the demo tenant's app.

use serde_json::{Value, json};

use super::{instance::Installation, raw_http::try_send};

/// The demo tenant's SDK key.
pub(crate) const SDK_KEY: &str =
    "sdk_live_0000000000000000000000000000000000000000000000000000000000000000";

/// Returns the status and the response body, or `None` if no complete response arrived.
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

/// Activates a device. The long name makes a limited disk fill up quickly.
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

/// Mints `count` licenses with ten slots each and returns their keys.
pub(crate) fn mint_keys(installation: &Installation, count: u32) -> Vec<String> {
    let command = "mint --tenant acme --product notes --key-type team --count";
    let minted = installation.run_ok(&format!("{command} {count}"));
    minted.lines().map(str::to_owned).collect()
}
