//! `GET /openapi.json`: the device API in the words that tools understand. What `docs/api.md` says to people; put together from the
//! names and lengths that requests are read by.

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::extract::params::{
    CPU_CORES, DEVICE_NAME_LENGTH, INSTANCE_ID_LENGTH, LICENSE_KEY_LENGTH, MEMORY,
};

/// Where it is.
pub(crate) const PATH: &str = "/openapi.json";

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());

pub(crate) async fn openapi() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, DOCUMENT.clone()).into_response()
}

fn document() -> Value {
    let mut key = text(
        LICENSE_KEY_LENGTH,
        "The license key, as the customer typed it.",
    );
    // One of the demo's.
    key["examples"] = json!(["ACME-PRO0-0000-0001"]);
    let instance = text(INSTANCE_ID_LENGTH, "The id that activate answered with.");
    let own_id = text(INSTANCE_ID_LENGTH, "An id that the app makes up and keeps.");
    let name = json!({
        "type": "string",
        "description": format!("The device's name; {DEVICE_NAME_LENGTH} characters are kept."),
    });
    let state = json!({ "type": "string", "enum": ["trial", "free_tier", "expired"] });
    let free_tier = json!({
        "type": "string",
        "description": "The id of the install without a key that this device was.",
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Keywright device API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What shipped apps call. This contract is frozen.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": {
            "/{tenant}/{product}/activate": post(&Call {
                id: "activate",
                summary: "Give the device a slot of the license, and a lease",
                required: &["license_key"],
                fields: &[
                    ("license_key", key.clone()),
                    ("machine_hash", machine_hash()),
                    ("instance_name", name),
                    ("free_tier_instance_id", free_tier),
                ],
                answers: &[
                    ("200", "Activated"),
                    ("402", "Refused"),
                    ("404", "Refused"),
                    ("422", "NotActivated"),
                ],
            }),
            "/{tenant}/{product}/validate": post(&Call {
                id: "validate",
                summary: "Give a device that has a slot a fresh lease",
                required: &["license_key", "instance_id"],
                fields: &[
                    ("license_key", key.clone()),
                    ("instance_id", instance.clone()),
                    ("machine_hash", machine_hash()),
                ],
                answers: &[("200", "Valid"), ("404", "Refused"), ("422", "NotValid")],
            }),
            "/{tenant}/{product}/deactivate": post(&Call {
                id: "deactivate",
                summary: "Take the device's slot back",
                required: &["license_key", "instance_id"],
                fields: &[("license_key", key), ("instance_id", instance)],
                answers: &[("200", "Deactivated"), ("404", "Refused"), ("422", "Refused")],
            }),
            "/{tenant}/{product}/keyless": post(&Call {
                id: "keyless",
                summary: "Note an install without a key",
                required: &["instance_id", "state"],
                fields: &[
                    ("instance_id", own_id),
                    ("state", state),
                    ("machine_hash", machine_hash()),
                ],
                answers: &[("200", "Received"), ("404", "Refused")],
            }),
            "/{tenant}/{product}/config": {
                "parameters": [slug("tenant"), slug("product"), request_id()],
                "get": {
                    "operationId": "config",
                    "summary": "What the vendor set for the product's apps",
                    "security": [{ "sdkKey": [] }, {}],
                    "responses": answers(&[("200", "Settings"), ("404", "Refused")], COMMON),
                },
            },
            "/{tenant}/.well-known/keylight-keys": {
                "parameters": [slug("tenant"), request_id()],
                "get": {
                    "operationId": "keys",
                    "summary": "The tenant's public keys",
                    "security": [],
                    "responses": answers(&[("200", "Keys"), ("404", "Refused")], &["429", "500", "503"]),
                },
            },
        },
        "components": {
            "securitySchemes": {
                "sdkKey": { "type": "apiKey", "in": "header", "name": "X-Keylight-SDK-Key" },
            },
            "schemas": schemas(),
        },
    })
}

/// An endpoint that takes a body.
struct Call<'a> {
    id: &'a str,
    summary: &'a str,
    required: &'a [&'a str],
    fields: &'a [(&'a str, Value)],
    answers: &'a [(&'a str, &'a str)],
}

/// Answers of every endpoint that asks for the SDK key.
const COMMON: &[&str] = &["401", "403", "429", "500", "503"];

/// Answers of those that take a body, besides.
const OF_A_BODY: &[&str] = &["400", "401", "403", "413", "429", "500", "503"];

fn post(call: &Call<'_>) -> Value {
    let own = call.fields.iter().map(|(name, form)| (*name, form.clone()));
    let fields = object_of(own.chain(telemetry()));
    json!({
        "parameters": [slug("tenant"), slug("product"), request_id()],
        "post": {
            "operationId": call.id,
            "summary": call.summary,
            "security": [{ "sdkKey": [] }, {}],
            "requestBody": { "required": true, "content": { "application/json": { "schema": {
                "type": "object",
                "required": call.required,
                "properties": fields,
            } } } },
            "responses": answers(call.answers, OF_A_BODY),
        },
    })
}

fn answers(own: &[(&str, &str)], common: &[&str]) -> Value {
    let common = common.iter().map(|status| (*status, "Refused"));
    object_of(own.iter().copied().chain(common).map(|(status, schema)| {
        let reference = format!("#/components/schemas/{schema}");
        let mut answer = json!({
            "description": meaning(status),
            "content": { "application/json": { "schema": { "$ref": reference } } },
        });
        if status == "429" {
            answer["headers"] = json!({ "Retry-After": {
                "required": true,
                "schema": { "type": "integer", "minimum": 1, "maximum": 5 },
            } });
        }
        (status, answer)
    }))
}

fn meaning(status: &str) -> &'static str {
    match status {
        "200" => "It is done.",
        "400" => "The body is malformed: a defect of the client.",
        "401" => "The SDK key is missing or wrong, or there is no such tenant.",
        "402" => "Every slot of the license is taken.",
        "403" => "The tenant is suspended.",
        "404" => "There is no such product, key or tenant.",
        "413" => "The body is larger than 64 KiB.",
        "422" => "The license or the instance has ended.",
        "429" => "Too much was asked from there.",
        "500" => "A defect of the server. The device keeps its lease.",
        _ => "The server is in trouble. The device keeps its lease.",
    }
}

fn slug(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } })
}

fn request_id() -> Value {
    json!({
        "name": "X-Keylight-Request-Id", "in": "header", "required": false,
        "description": "Names the request; anything else is replaced.",
        "schema": { "type": "string", "pattern": "^[0-9A-Za-z-]{1,64}$" },
    })
}

fn text(most: usize, description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": most, "description": description })
}

fn hex(digits: usize) -> Value {
    json!({ "type": "string", "pattern": format!("^[0-9a-f]{{{digits}}}$") })
}

fn machine_hash() -> Value {
    json!({ "anyOf": [hex(64), { "type": "null" }] })
}

/// None of it refuses a request, so it is described as clients should send it.
fn telemetry() -> [(&'static str, Value); 9] {
    let cut = |units: u32| json!({ "type": "string", "description": format!("{units} UTF-16 units are kept.") });
    [
        ("app_version", cut(64)),
        ("sdk_version", cut(64)),
        ("platform", cut(32)),
        ("sdk", cut(16)),
        ("os_version", cut(32)),
        (
            "arch",
            json!({ "type": "string", "enum": ["arm64", "aarch64", "x86_64"] }),
        ),
        ("cpu_cores", json!({ "type": "string", "enum": CPU_CORES })),
        ("memory", json!({ "type": "string", "enum": MEMORY })),
        ("sdk_trial_duration_days", json!({ "type": "integer" })),
    ]
}

/// A name for each, and a form: all of them are there, and nothing else is.
fn exactly(fields: &[(&str, Value)]) -> Value {
    closed(
        fields,
        &fields.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
    )
}

fn closed(fields: &[(&str, Value)], required: &[&str]) -> Value {
    json!({
        "type": "object",
        "properties": object_of(fields.iter().cloned()),
        "required": required,
        "additionalProperties": false,
    })
}

fn object_of<'a>(fields: impl Iterator<Item = (&'a str, Value)>) -> Value {
    let fields = fields.map(|(name, form)| (name.to_owned(), form));
    Value::Object(fields.collect::<Map<_, _>>())
}

fn schemas() -> Value {
    let sentence = || json!({ "type": "string", "minLength": 1 });
    let seconds = || json!({ "type": "integer" });
    let base64 =
        |bytes: u32| json!({ "type": "string", "contentEncoding": "base64", "minLength": bytes });
    let is = |value: bool| json!({ "const": value });
    let uuid = || json!({ "type": "string", "format": "uuid" });
    let lease = || json!({ "$ref": "#/components/schemas/Lease" });
    let end = || json!({ "type": ["integer", "null"], "description": "Unix seconds; null for a license that never ends." });
    let settings: Vec<(&str, Value)> = vec![
        (
            "trial_duration_days",
            json!({ "type": "integer", "minimum": 0, "maximum": 36_500 }),
        ),
        ("free_tier_enabled", json!({ "type": "boolean" })),
        ("issued_at", seconds()),
        ("expires_at", seconds()),
        ("kid", sentence()),
        ("signature", base64(88)),
    ];
    let with_settings = |fields: &[(&'static str, Value)]| {
        let required: Vec<_> = fields.iter().map(|(name, _)| *name).collect();
        closed(&[fields, &settings].concat(), &required)
    };
    json!({
        "Refused": exactly(&[("error", sentence())]),
        "NotActivated": exactly(&[("error", sentence()), ("activated", is(false))]),
        "NotValid": closed(
            &[("error", sentence()), ("valid", is(false)), ("license_expires_at", seconds()), ("lease", lease())],
            &["error", "valid"],
        ),
        "Activated": exactly(&[
            ("activated", is(true)), ("instance_id", uuid()), ("license_expires_at", end()), ("lease", lease()),
        ]),
        "Valid": with_settings(&[("valid", is(true)), ("license_expires_at", end()), ("lease", lease())]),
        "Deactivated": exactly(&[("deactivated", is(true))]),
        "Received": with_settings(&[("received", is(true))]),
        "Settings": with_settings(&[]),
        "Lease": exactly(&[
            ("kid", sentence()),
            ("licenseKeyHash", hex(64)),
            ("instanceId", uuid()),
            ("issuedAt", seconds()),
            ("expiresAt", seconds()),
            ("status", json!({ "enum": ["active", "expired", "fallback"] })),
            ("entitlements", json!({ "type": "array", "items": { "type": "string", "pattern": "^[a-z0-9_.:-]{1,64}$" } })),
            ("signature", base64(88)),
        ]),
        "Keys": exactly(&[
            ("primary_kid", sentence()),
            ("keys", json!({ "type": "array", "minItems": 1, "items": exactly(&[
                ("kid", sentence()), ("alg", json!({ "const": "ed25519" })), ("public_key", base64(44)),
            ]) })),
        ]),
    })
}
