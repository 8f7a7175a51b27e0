//! Request parameters: required, optional, or telemetry that never causes an error.

use std::collections::BTreeMap;

use axum::{http::StatusCode, response::Response};
use keywright_domain::{
    activation::Telemetry, ids::InstanceId, keyless::KeylessState, machine_hash::MachineHash,
};

use super::strict_json::Value;
use crate::device_api::response;

/// Maximum length of a stored device name, in characters.
pub(crate) const MAX_DEVICE_NAME_CHARS: usize = 120;

/// Maximum lengths of a license key and of an instance ID, in characters.
pub(crate) const MAX_LICENSE_KEY_CHARS: usize = 256;
pub(crate) const MAX_INSTANCE_ID_CHARS: usize = 128;

/// Maximum length of a stored OS version, in UTF-16 code units.
const MAX_OS_VERSION_UNITS: usize = 32;

/// Values that `cpu_cores` and `memory` accept.
pub(crate) const CPU_CORE_BUCKETS: [&str; 5] = ["1-2", "3-4", "5-8", "9-16", "17+"];
pub(crate) const MEMORY_BUCKETS: [&str; 6] =
    ["<4GB", "4-8GB", "8-16GB", "16-32GB", "32-64GB", "64GB+"];

/// A required parameter is missing or malformed. The status is 400, because a 422 would make a
/// validating client drop its lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MalformedParamError(&'static str);

impl From<MalformedParamError> for Response {
    fn from(malformed: MalformedParamError) -> Self {
        response::error(StatusCode::BAD_REQUEST, malformed.0)
    }
}

/// The fields of a JSON object. Unknown fields are ignored.
pub struct Params(BTreeMap<String, Value>);

impl Params {
    pub(crate) fn new(fields: BTreeMap<String, Value>) -> Self {
        Self(fields)
    }

    /// Returns the license key as entered.
    pub fn license_key(&self) -> Result<String, MalformedParamError> {
        let key = self.bounded_string("license_key", MAX_LICENSE_KEY_CHARS);
        key.map(str::to_owned).ok_or(MalformedParamError(
            "license_key must be a text of 1 to 256 characters",
        ))
    }

    /// Returns the instance ID, or `None` if it is not a canonical UUID and therefore cannot exist.
    pub fn instance_id(&self) -> Result<Option<InstanceId>, MalformedParamError> {
        let text = self.raw_instance_id()?;
        let id = text.parse().ok();
        Ok(id.filter(|id: &InstanceId| id.to_string() == text))
    }

    /// Returns the ID that a keyless app generated. Replaces NUL, which PostgreSQL cannot store.
    pub fn keyless_instance_id(&self) -> Result<String, MalformedParamError> {
        Ok(self.raw_instance_id()?.replace('\0', "\u{FFFD}"))
    }

    fn raw_instance_id(&self) -> Result<&str, MalformedParamError> {
        self.bounded_string("instance_id", MAX_INSTANCE_ID_CHARS)
            .ok_or(MalformedParamError(
                "instance_id must be a text of 1 to 128 characters",
            ))
    }

    /// Returns the state of a keyless app.
    pub fn keyless_state(&self) -> Result<KeylessState, MalformedParamError> {
        self.string("state")
            .and_then(KeylessState::from_name)
            .ok_or(MalformedParamError(
                "state must be trial, free_tier or expired",
            ))
    }

    /// Returns the machine hash, or `None` if the field is absent. Any other value, including one
    /// of the wrong type, is an error.
    pub fn machine_hash(&self) -> Result<Option<MachineHash>, MalformedParamError> {
        if !self.0.contains_key("machine_hash") {
            return Ok(None);
        }
        let hash = self.string("machine_hash");
        hash.and_then(|text| text.parse().ok())
            .map(Some)
            .ok_or(MalformedParamError(
                "machine_hash must be 64 lower-case hex digits",
            ))
    }

    /// Returns the device name without control characters, truncated to
    /// `MAX_DEVICE_NAME_CHARS`. Returns `None` if nothing is left.
    pub fn device_name(&self) -> Option<String> {
        let name = self.string("instance_name")?;
        let kept: String = name
            .chars()
            .filter(|&symbol| !is_control(symbol))
            .take(MAX_DEVICE_NAME_CHARS)
            .collect();
        let kept = kept.trim();
        (!kept.is_empty()).then(|| kept.to_owned())
    }

    /// Returns the ID that the device had as a keyless install. An invalid ID counts as absent.
    pub fn free_tier_instance_id(&self) -> Option<String> {
        let id = self.bounded_string("free_tier_instance_id", MAX_INSTANCE_ID_CHARS)?;
        (!id.chars().any(is_control)).then(|| id.to_owned())
    }

    /// Returns the telemetry. Long values are truncated, and invalid values are dropped.
    pub fn telemetry(&self) -> Telemetry {
        Telemetry {
            app_version: self.truncated_string("app_version", 64),
            sdk_version: self.truncated_string("sdk_version", 64),
            sdk: self.truncated_string("sdk", 16),
            platform: self.truncated_string("platform", 32),
            os_version: self.os_version(),
            arch: self.arch(),
            cpu_cores: self.bucket("cpu_cores", &CPU_CORE_BUCKETS),
            memory: self.bucket("memory", &MEMORY_BUCKETS),
            trial_duration_days: match self.0.get("sdk_trial_duration_days") {
                Some(Value::Integer(days)) => Some(*days),
                _ => None,
            },
        }
    }

    fn string(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::String(text) => Some(text),
            Value::Integer(_) | Value::Other => None,
        }
    }

    /// Returns the field if it is a string of 1 to `most` characters.
    fn bounded_string(&self, name: &str, most: usize) -> Option<&str> {
        let text = self.string(name)?;
        (1..=most).contains(&text.chars().count()).then_some(text)
    }

    /// Returns the field without control characters, truncated to `units` UTF-16 code units.
    fn truncated_string(&self, name: &str, units: usize) -> Option<String> {
        let text = self.string(name)?;
        let mut kept = String::new();
        let mut length = 0;
        for symbol in text.chars().filter(|&symbol| !is_control(symbol)) {
            length += symbol.len_utf16();
            if length > units {
                break;
            }
            kept.push(symbol);
        }
        (!kept.is_empty()).then_some(kept)
    }

    /// Returns the OS version, truncated if necessary. Truncation may shorten the last number but
    /// never leaves a trailing dot.
    fn os_version(&self) -> Option<String> {
        let whole = self.string("os_version")?;
        let kept = self.truncated_string("os_version", MAX_OS_VERSION_UNITS)?;
        is_os_version(whole).then(|| kept.trim_end_matches('.').to_owned())
    }

    fn arch(&self) -> Option<String> {
        match self.string("arch")? {
            "arm64" | "aarch64" => Some("arm64".to_owned()),
            "x86_64" => Some("x86_64".to_owned()),
            _ => None,
        }
    }

    fn bucket(&self, name: &str, buckets: &[&str]) -> Option<String> {
        let text = self.string(name)?;
        buckets.contains(&text).then(|| text.to_owned())
    }
}

/// Returns whether the string matches `[0-9]+(\.[0-9]+)*`.
fn is_os_version(text: &str) -> bool {
    text.split('.')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns whether a character is a control character or changes the text direction.
fn is_control(symbol: char) -> bool {
    symbol.is_control()
        || matches!(symbol, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::device_api::extract::strict_json;

    #[expect(
        clippy::needless_pass_by_value,
        reason = "`json!` returns an owned value"
    )]
    fn fields(value: Value) -> Params {
        Params::new(strict_json::parse_object(&value.to_string()).unwrap())
    }

    fn device_name(name: &Value) -> Option<String> {
        fields(json!({ "instance_name": name })).device_name()
    }

    #[test]
    fn device_names_are_sanitized_and_truncated() {
        assert_eq!(
            device_name(&json!("Akiko's Mac")).as_deref(),
            Some("Akiko's Mac")
        );
        assert_eq!(
            device_name(&json!("a\u{0}b\u{202E}c\n")).as_deref(),
            Some("abc")
        );
        assert_eq!(
            device_name(&json!("é".repeat(200))).map(|name| name.chars().count()),
            Some(120)
        );
        for none in [json!(null), json!(""), json!(" \t"), json!(7), json!(["x"])] {
            assert_eq!(device_name(&none), None, "{none}");
        }
    }

    #[test]
    fn invalid_telemetry_is_truncated_or_dropped() {
        let said = fields(json!({
            "app_version": "v".repeat(100), "sdk_version": 7, "sdk": "rust", "platform": "😀".repeat(20),
            "os_version": "14.2.1", "arch": "aarch64", "cpu_cores": "5-8", "memory": "1TB",
            "sdk_trial_duration_days": 14,
        }))
        .telemetry();
        assert_eq!(said.app_version.map(|text| text.len()), Some(64));
        assert_eq!(said.sdk_version, None);
        assert_eq!(
            said.platform.map(|text| text.encode_utf16().count()),
            Some(32)
        );
        assert_eq!(
            (said.os_version.as_deref(), said.arch.as_deref()),
            (Some("14.2.1"), Some("arm64"))
        );
        assert_eq!(
            (said.cpu_cores.as_deref(), said.memory),
            (Some("5-8"), None)
        );
        assert_eq!(
            (said.sdk.as_deref(), said.trial_duration_days),
            (Some("rust"), Some(14))
        );
        let long = fields(json!({ "os_version": "1.".repeat(16) + "1" })).telemetry();
        assert_eq!(long.os_version, Some("1.".repeat(15) + "1"));
        for bad in [json!("14."), json!(""), json!("14a"), json!(".1")] {
            assert_eq!(
                fields(json!({ "os_version": bad })).telemetry().os_version,
                None,
                "{bad}"
            );
        }
        assert_eq!(
            fields(json!({ "sdk_trial_duration_days": 1.5 })).telemetry(),
            Telemetry::default()
        );
    }

    #[test]
    fn required_fields_have_length_limits() {
        let key = |value: Value| {
            fields(json!({ "license_key": value }))
                .license_key()
                .is_ok()
        };
        assert!(key(json!("x")) && key(json!("x".repeat(256))));
        for bad in [
            json!(""),
            json!("x".repeat(257)),
            json!(null),
            json!(5),
            json!({}),
        ] {
            assert!(!key(bad.clone()), "{bad}");
        }
        let instance = |value: Value| {
            fields(json!({ "instance_id": value }))
                .instance_id()
                .map_err(drop)
        };
        for foreign in [
            "any shape",
            "00000000000040008000000000000001",
            "{00000000-0000-4000-8000-000000000001}",
        ] {
            assert_eq!(instance(json!(foreign)), Ok(None), "{foreign}");
        }
        assert!(
            instance(json!("00000000-0000-4000-8000-000000000001")).is_ok_and(|id| id.is_some())
        );
        assert_eq!(instance(json!("x".repeat(129))), Err(()));
    }

    #[test]
    fn malformed_machine_hash_is_rejected() {
        let hash = |value: Value| {
            fields(json!({ "machine_hash": value }))
                .machine_hash()
                .map_err(drop)
        };
        assert!(hash(json!("a".repeat(64))).is_ok_and(|hash| hash.is_some()));
        assert_eq!(hash(json!(null)), Ok(None));
        for bad in [json!(""), json!("A".repeat(64)), json!(1)] {
            assert_eq!(hash(bad.clone()), Err(()), "{bad}");
        }
    }
}
