//! Properties of device request bodies. The fuzz target `device_body` tests them with many more
//! inputs.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::StatusCode,
    response::Response,
};
use futures::{FutureExt, stream};
use keywright::parsers::{
    BODY_LIMIT, JsonValue as Value, MalformedParamError, Params, json_object,
    replace_lone_surrogates,
};
use keywright_domain::activation::Telemetry;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

/// Checks all properties of a body.
pub(crate) fn check_device_body(bytes: &[u8]) {
    check_body(bytes);
    check_escaped_utf16(bytes);
}

/// A body is either a valid JSON object whose fields are within their limits or rejected with 400
/// or 413, however it is split into chunks.
fn check_body(bytes: &[u8]) {
    let whole = extract_params(Body::from(bytes.to_vec()));
    let (begin, end) = bytes.split_at(bytes.len() / 3);
    let pieces = [begin, end].map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)));
    let in_pieces = extract_params(Body::from_stream(stream::iter(pieces)));
    assert_eq!(in_pieces.as_ref().err(), whole.as_ref().err());
    match whole {
        Ok(fields) => {
            assert!(bytes.len() <= BODY_LIMIT);
            check_field_limits(&fields);
        }
        Err(status) if bytes.len() > BODY_LIMIT => {
            assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
            return;
        }
        Err(status) => assert_eq!(status, StatusCode::BAD_REQUEST),
    }
    check_against_serde_json(&String::from_utf8_lossy(bytes));
}

/// Returns the fields of a request with this body, or the status that rejects it. The whole body
/// is available, so reading it never waits.
fn extract_params(body: Body) -> Result<Params, StatusCode> {
    let fields = Params::from_request(Request::new(body), &());
    let Some(fields) = fields.now_or_never() else {
        panic!("extraction waited for a body that is available");
    };
    fields.map_err(|refused| refused.status())
}

/// Any object that `serde_json` accepts is accepted with the same strings and integers, unless it
/// repeats a field.
fn check_against_serde_json(text: &str) {
    // `serde_json` gives these names an internal meaning, which they do not have here.
    if text.contains("$serde_json") {
        return;
    }
    let repaired = replace_lone_surrogates(text);
    assert_eq!(replace_lone_surrogates(&repaired), repaired);
    let ours = json_object(&repaired);
    if ours.is_some() {
        assert!(serde_json::from_str::<IgnoredAny>(&repaired).is_ok());
    }
    if let Ok(theirs) = serde_json::from_str::<Json>(text) {
        assert_eq!(repaired, text, "valid JSON is left unchanged");
        let Json::Object(members) = &theirs else {
            assert!(ours.is_none());
            return;
        };
        let known = members.iter().filter(|(_, value)| !value.is_null());
        let known = known.map(|(name, value)| (name.clone(), to_known_value(value)));
        let known = Some(known.collect());
        // Serialized again, the object has no repeated fields.
        assert_eq!(json_object(&theirs.to_string()), known);
        assert!(ours.is_none() || ours == known);
    }
}

fn to_known_value(value: &Json) -> Value {
    match value {
        Json::String(text) => Value::String(text.clone()),
        Json::Number(number) => number.as_i64().map_or(Value::Other, Value::Integer),
        _ => Value::Other,
    }
}

/// Any field is within its documented limits or rejected with 400.
fn check_field_limits(fields: &Params) {
    let length = |text: &str| text.chars().count();
    if let Some(key) = accept(fields.license_key()) {
        assert!((1..=256).contains(&length(&key)));
    }
    accept(fields.instance_id());
    if let Some(id) = accept(fields.keyless_instance_id()) {
        assert!((1..=128).contains(&length(&id)) && !id.contains('\0'));
    }
    accept(fields.keyless_state());
    if let Some(Some(hash)) = accept(fields.machine_hash()) {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        assert!(hash.as_str().len() == 64 && hash.as_str().bytes().all(is_digit));
    }
    if let Some(name) = fields.device_name() {
        assert!((1..=120).contains(&length(&name)) && name.trim() == name);
        assert!(!name.chars().any(char::is_control), "{name:?}");
    }
    if let Some(id) = fields.free_tier_instance_id() {
        assert!((1..=128).contains(&length(&id)) && !id.chars().any(char::is_control));
    }
    check_telemetry_limits(fields.telemetry());
}

fn accept<T>(read: Result<T, MalformedParamError>) -> Option<T> {
    read.map_err(|malformed| {
        assert_eq!(Response::from(malformed).status(), StatusCode::BAD_REQUEST);
    })
    .ok()
}

fn check_telemetry_limits(telemetry: Telemetry) {
    let is_version = |text: &str| {
        text.split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    assert!(telemetry.os_version.as_deref().is_none_or(is_version));
    for (text, most) in [
        (telemetry.app_version, 64),
        (telemetry.sdk_version, 64),
        (telemetry.sdk, 16),
        (telemetry.platform, 32),
        (telemetry.os_version, 32),
        (telemetry.arch, 6),
        (telemetry.cpu_cores, 4),
        (telemetry.memory, 7),
    ] {
        let Some(text) = text else { continue };
        assert!((1..=most).contains(&text.encode_utf16().count()), "{text}");
        assert!(!text.chars().any(char::is_control), "{text:?}");
    }
}

/// Escaped UTF-16, including lone surrogates, and bytes that are not UTF-8 are decoded lossily.
fn check_escaped_utf16(bytes: &[u8]) {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
        .take(BODY_LIMIT / 8)
        .collect();
    let escaped: Vec<String> = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
    let escaped = escaped.concat();
    let json = replace_lone_surrogates(&escaped);
    let read = json_object(&format!(r#"{{"x":"{json}"}}"#));
    let text = Value::String(String::from_utf16_lossy(&units));
    assert_eq!(read, Some([("x".to_owned(), text)].into()));
    check_raw_text(bytes);
}

fn check_raw_text(bytes: &[u8]) {
    let kept = bytes
        .iter()
        .filter(|byte| !matches!(byte, 0..0x20 | b'"' | b'\\'));
    let kept: Vec<u8> = kept.copied().take(128).collect();
    let body = [br#"{"license_key":""#, &kept[..], br#""}"#].concat();
    let fields = extract_params(Body::from(body)).ok();
    let key = fields.and_then(|fields| accept(fields.license_key()));
    let text = String::from_utf8_lossy(&kept).into_owned();
    assert_eq!(key, Some(text).filter(|text| !text.is_empty()));
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Generates a slightly nested JSON value that a client may send.
    fn any_value() -> impl Strategy<Value = Json> {
        let plain = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<u64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            any::<String>().prop_map(Json::from),
            "[0-9a-f]{63,65}|[0-9.]{1,40}|\\PC{100,300}|trial|free_tier|arm64|5-8|8-16GB"
                .prop_map(Json::from),
        ];
        plain.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(Json::from),
                vec((any::<String>(), inner), 0..4)
                    .prop_map(|members| Json::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Generates a body with fields that the endpoints read.
    fn any_object() -> impl Strategy<Value = Vec<u8>> {
        let names = "license_key|instance_id|machine_hash|state|instance_name|free_tier_instance_id|\
                     sdk_trial_duration_days|(app|os|sdk)_version|platform|sdk|arch|cpu_cores|memory|[a-z]{0,3}";
        vec((names, any_value()), 0..8).prop_map(|members| {
            let members: Vec<String> = members
                .into_iter()
                .map(|(name, value)| format!("{}:{value}", Json::from(name)))
                .collect();
            format!("{{{}}}", members.join(",")).into_bytes()
        })
    }

    #[test]
    fn body_over_the_limit_is_rejected() {
        for (length, fits) in [
            (BODY_LIMIT - 1, true),
            (BODY_LIMIT, true),
            (BODY_LIMIT + 1, false),
        ] {
            let mut bytes = br#"{"x":"#.to_vec();
            bytes.resize(length - 2, b' ');
            bytes.extend(b"1}");
            check_body(&bytes);
            assert_eq!(extract_params(Body::from(bytes)).is_ok(), fits, "{length}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_parsed_or_rejected(
            bytes in prop_oneof![
                vec(any::<u8>(), 0..200),
                "[\\[\\]{}\":,\\\\ux0-9a-fd8tn .-]{0,60}".prop_map(String::into_bytes),
                "(\\\\u(d[89a-f]|00)[0-9a-f]{2}){0,8}".prop_map(|text| format!(r#"{{"license_key":"{text}"}}"#).into_bytes()),
            ]
        ) {
            check_body(&bytes);
        }

        #[test]
        fn objects_are_parsed_as_by_serde_json(bytes in any_object()) {
            check_body(&bytes);
        }

        #[test]
        fn objects_with_one_changed_byte_are_parsed_or_rejected(bytes in any_object(), at: prop::sample::Index, byte: u8) {
            let mut bytes = bytes;
            let at = at.index(bytes.len());
            bytes[at] = byte;
            check_body(&bytes);
            check_body(&bytes[..at]);
        }

        #[test]
        fn lone_surrogates_and_invalid_utf8_become_the_replacement_character(bytes in vec(any::<u8>(), 0..200)) {
            check_device_body(&bytes);
        }
    }
}
