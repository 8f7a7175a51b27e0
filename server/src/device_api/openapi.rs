//! `GET /openapi.json`: the machine-readable counterpart of `docs/api.md`. Response schemas are
//! derived from types; request schemas use the names and lengths in `params`.

use std::sync::LazyLock;

use axum::{
    body::Bytes,
    http::header,
    response::{IntoResponse, Response},
};
use schemars::{
    JsonSchema, Schema,
    generate::{SchemaGenerator, SchemaSettings},
};
use serde_json::{Map, Value, json};

use super::{
    extract::params::{
        CPU_CORES, DEVICE_NAME_LENGTH, INSTANCE_ID_LENGTH, LICENSE_KEY_LENGTH, MEMORY,
    },
    response::{ErrorBody, NotActivated, NotValid, SettingsFields},
    routes::{
        activate::Activated, deactivate::Deactivated, keyless::Received, keyset::Keys,
        validate::Valid,
    },
};

pub(crate) const PATH: &str = "/openapi.json";

static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());

pub(crate) async fn openapi() -> Response {
    let kind = [(header::CONTENT_TYPE, "application/json")];
    (kind, DOCUMENT.clone()).into_response()
}

fn schema_generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| settings.definitions_path = "/components/schemas".into())
        .into_generator()
}

fn document() -> Value {
    let mut schemas = schema_generator();
    let mut key = text(
        LICENSE_KEY_LENGTH,
        "The license key, as the customer entered it.",
    );
    // From the demo data.
    key["examples"] = json!(["ACME-PRO0-0000-0001"]);
    let instance = text(
        INSTANCE_ID_LENGTH,
        "The instance ID that activate returned.",
    );
    let own_id = text(
        INSTANCE_ID_LENGTH,
        "An ID that the app generates and stores.",
    );
    let name = json!({
        "type": "string",
        "description": format!("The device name, truncated to {DEVICE_NAME_LENGTH} characters."),
    });
    let state = json!({ "type": "string", "enum": ["trial", "free_tier", "expired"] });
    let free_tier = json!({
        "type": "string",
        "description": "The instance ID that this device used before it had a license key.",
    });
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Keywright device API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The API that released apps call. This contract is frozen.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": {
            "/{tenant}/{product}/activate": post(&mut schemas, &Call {
                id: "activate",
                summary: "Activate a device and issue a lease",
                required: &["license_key"],
                fields: &[
                    ("license_key", key.clone()),
                    ("machine_hash", machine_hash()),
                    ("instance_name", name),
                    ("free_tier_instance_id", free_tier),
                ],
                answers: &[
                    answer::<Activated>("200"),
                    refused("402"),
                    refused("404"),
                    answer::<NotActivated>("422"),
                ],
            }),
            "/{tenant}/{product}/validate": post(&mut schemas, &Call {
                id: "validate",
                summary: "Validate an activated device and issue a new lease",
                required: &["license_key", "instance_id"],
                fields: &[
                    ("license_key", key.clone()),
                    ("instance_id", instance.clone()),
                    ("machine_hash", machine_hash()),
                ],
                answers: &[answer::<Valid>("200"), refused("404"), answer::<NotValid>("422")],
            }),
            "/{tenant}/{product}/deactivate": post(&mut schemas, &Call {
                id: "deactivate",
                summary: "Deactivate a device and free its slot",
                required: &["license_key", "instance_id"],
                fields: &[("license_key", key), ("instance_id", instance)],
                answers: &[answer::<Deactivated>("200"), refused("404"), refused("422")],
            }),
            "/{tenant}/{product}/keyless": post(&mut schemas, &Call {
                id: "keyless",
                summary: "Report an install without a license key",
                required: &["instance_id", "state"],
                fields: &[
                    ("instance_id", own_id),
                    ("state", state),
                    ("machine_hash", machine_hash()),
                ],
                answers: &[answer::<Received>("200"), refused("404")],
            }),
            "/{tenant}/{product}/config": {
                "parameters": [slug("tenant"), slug("product"), request_id()],
                "get": {
                    "operationId": "config",
                    "summary": "Get the product's settings",
                    "security": [{ "sdkKey": [] }, {}],
                    "responses": answers(&mut schemas, &[answer::<SettingsFields>("200"), refused("404")], COMMON),
                },
            },
            "/{tenant}/.well-known/keylight-keys": {
                "parameters": [slug("tenant"), request_id()],
                "get": {
                    "operationId": "keys",
                    "summary": "Get the tenant's public signing keys",
                    "security": [],
                    "responses": answers(&mut schemas, &[answer::<Keys>("200"), refused("404")], &["429", "500", "503"]),
                },
            },
        },
        "components": {
            "securitySchemes": {
                "sdkKey": { "type": "apiKey", "in": "header", "name": "X-Keylight-SDK-Key" },
            },
            "schemas": schemas.take_definitions(true),
        },
    })
}

/// An endpoint that takes a JSON body.
struct Call<'a> {
    id: &'a str,
    summary: &'a str,
    required: &'a [&'a str],
    fields: &'a [(&'a str, Value)],
    answers: &'a [Answer],
}

/// Error responses of every endpoint that requires the SDK key.
const COMMON: &[&str] = &["401", "403", "429", "500", "503"];

/// Error responses of every endpoint that takes a body.
const OF_A_BODY: &[&str] = &["400", "401", "403", "413", "429", "500", "503"];

fn post(schemas: &mut SchemaGenerator, call: &Call<'_>) -> Value {
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
            "responses": answers(schemas, call.answers, OF_A_BODY),
        },
    })
}

/// A status and the schema of its body.
type Answer = (&'static str, fn(&mut SchemaGenerator) -> Schema);

const fn answer<T: JsonSchema>(status: &'static str) -> Answer {
    (status, SchemaGenerator::subschema_for::<T>)
}

const fn refused(status: &'static str) -> Answer {
    answer::<ErrorBody<'_>>(status)
}

fn answers(schemas: &mut SchemaGenerator, own: &[Answer], common: &[&'static str]) -> Value {
    let common = common.iter().map(|status| refused(status));
    object_of(own.iter().copied().chain(common).map(|(status, schema)| {
        let mut answer = json!({
            "description": meaning(status),
            "content": { "application/json": { "schema": schema(schemas) } },
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
        "200" => "Success.",
        "400" => "The body is malformed, because of a bug in the client.",
        "401" => "The SDK key is missing or invalid, or the tenant does not exist.",
        "402" => "The license has reached its device limit.",
        "403" => "The tenant is suspended.",
        "404" => "The product, license key or tenant does not exist.",
        "413" => "The body is larger than 64 KiB.",
        "422" => "The license or the instance is no longer active.",
        "429" => "Too many requests from this address.",
        "500" => "Internal server error. The device keeps its lease.",
        _ => "The server is temporarily unavailable. The device keeps its lease.",
    }
}

fn slug(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } })
}

fn request_id() -> Value {
    json!({
        "name": "X-Keylight-Request-Id", "in": "header", "required": false,
        "description": "Identifies the request. An invalid value is replaced.",
        "schema": { "type": "string", "pattern": "^[0-9A-Za-z-]{1,64}$" },
    })
}

fn text(most: usize, description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": most, "description": description })
}

fn machine_hash() -> Value {
    json!({ "type": ["string", "null"], "pattern": "^[0-9a-f]{64}$" })
}

/// Invalid telemetry never causes an error, so the schema describes what clients should send.
fn telemetry() -> [(&'static str, Value); 9] {
    let cut = |units: u32| json!({ "type": "string", "description": format!("Truncated to {units} UTF-16 code units.") });
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

fn object_of<'a>(fields: impl Iterator<Item = (&'a str, Value)>) -> Value {
    let fields = fields.map(|(name, form)| (name.to_owned(), form));
    Value::Object(fields.collect::<Map<_, _>>())
}
