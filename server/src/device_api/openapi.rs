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
        CPU_CORE_BUCKETS, MAX_DEVICE_NAME_CHARS, MAX_INSTANCE_ID_CHARS, MAX_LICENSE_KEY_CHARS,
        MEMORY_BUCKETS,
    },
    response::{ActivateErrorBody, ErrorBody, SettingsFields, ValidateErrorBody},
    routes::{
        activate::ActivateResponse, deactivate::DeactivateResponse, keyless::KeylessResponse,
        keyset::KeysetResponse, validate::ValidateResponse,
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
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Keywright device API",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The API that released apps call. This contract is frozen.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "paths": paths(&mut schemas),
        "components": {
            "securitySchemes": {
                "sdkKey": { "type": "apiKey", "in": "header", "name": "X-Keylight-SDK-Key" },
            },
            "schemas": schemas.take_definitions(true),
        },
    })
}

fn paths(schemas: &mut SchemaGenerator) -> Value {
    let mut key = string_schema(
        MAX_LICENSE_KEY_CHARS,
        "The license key as the customer entered it.",
    );
    // From the demo data.
    key["examples"] = json!(["ACME-PRO0-0000-0001"]);
    let instance = string_schema(
        MAX_INSTANCE_ID_CHARS,
        "The instance ID that activate returned.",
    );
    let own_id = string_schema(
        MAX_INSTANCE_ID_CHARS,
        "An ID that the app generates and stores.",
    );
    let name = json!({
        "type": "string",
        "description": format!("The device name, truncated to {MAX_DEVICE_NAME_CHARS} characters."),
    });
    let state = json!({ "type": "string", "enum": ["trial", "free_tier", "expired"] });
    let free_tier = json!({
        "type": "string",
        "description": "The instance ID that this device used before it had a license key.",
    });
    json!({
        "/{tenant}/{product}/activate": post(schemas, &Operation {
            operation_id: "activate",
            summary: "Activate a device and issue a lease",
            required: &["license_key"],
            fields: &[
                ("license_key", key.clone()),
                ("machine_hash", machine_hash_schema()),
                ("instance_name", name),
                ("free_tier_instance_id", free_tier),
            ],
            responses: &[
                response_schema::<ActivateResponse>("200"),
                error_schema("402"),
                error_schema("404"),
                response_schema::<ActivateErrorBody>("422"),
            ],
        }),
        "/{tenant}/{product}/validate": post(schemas, &Operation {
            operation_id: "validate",
            summary: "Validate an activated device and issue a new lease",
            required: &["license_key", "instance_id"],
            fields: &[
                ("license_key", key.clone()),
                ("instance_id", instance.clone()),
                ("machine_hash", machine_hash_schema()),
            ],
            responses: &[response_schema::<ValidateResponse>("200"), error_schema("404"), response_schema::<ValidateErrorBody>("422")],
        }),
        "/{tenant}/{product}/deactivate": post(schemas, &Operation {
            operation_id: "deactivate",
            summary: "Deactivate a device and free its slot",
            required: &["license_key", "instance_id"],
            fields: &[("license_key", key), ("instance_id", instance)],
            responses: &[response_schema::<DeactivateResponse>("200"), error_schema("404"), error_schema("422")],
        }),
        "/{tenant}/{product}/keyless": post(schemas, &Operation {
            operation_id: "keyless",
            summary: "Report an install without a license key",
            required: &["instance_id", "state"],
            fields: &[
                ("instance_id", own_id),
                ("state", state),
                ("machine_hash", machine_hash_schema()),
            ],
            responses: &[response_schema::<KeylessResponse>("200"), error_schema("404")],
        }),
        "/{tenant}/{product}/config": {
            "parameters": [path_parameter("tenant"), path_parameter("product"), request_id_parameter()],
            "get": {
                "operationId": "config",
                "summary": "Get the product's settings",
                "security": [{ "sdkKey": [] }, {}],
                "responses": responses(schemas, &[response_schema::<SettingsFields>("200"), error_schema("404")], COMMON_ERRORS),
            },
        },
        "/{tenant}/.well-known/keylight-keys": {
            "parameters": [path_parameter("tenant"), request_id_parameter()],
            "get": {
                "operationId": "keys",
                "summary": "Get the tenant's public signing keys",
                "security": [],
                "responses": responses(schemas, &[response_schema::<KeysetResponse>("200"), error_schema("404")], &["429", "500", "503"]),
            },
        },
    })
}

/// An endpoint that takes a JSON body.
struct Operation<'a> {
    operation_id: &'a str,
    summary: &'a str,
    required: &'a [&'a str],
    fields: &'a [(&'a str, Value)],
    responses: &'a [ResponseSchema],
}

/// Error responses shared by all endpoints that require the SDK key.
const COMMON_ERRORS: &[&str] = &["401", "403", "429", "500", "503"];

/// Error responses shared by all endpoints that take a body.
const BODY_ERRORS: &[&str] = &["400", "401", "403", "413", "429", "500", "503"];

fn post(schemas: &mut SchemaGenerator, call: &Operation<'_>) -> Value {
    let own = call.fields.iter().map(|(name, form)| (*name, form.clone()));
    let fields = to_object(own.chain(telemetry_schemas()));
    json!({
        "parameters": [path_parameter("tenant"), path_parameter("product"), request_id_parameter()],
        "post": {
            "operationId": call.operation_id,
            "summary": call.summary,
            "security": [{ "sdkKey": [] }, {}],
            "requestBody": { "required": true, "content": { "application/json": { "schema": {
                "type": "object",
                "required": call.required,
                "properties": fields,
            } } } },
            "responses": responses(schemas, call.responses, BODY_ERRORS),
        },
    })
}

/// A status and the schema of its body.
type ResponseSchema = (&'static str, fn(&mut SchemaGenerator) -> Schema);

const fn response_schema<T: JsonSchema>(status: &'static str) -> ResponseSchema {
    (status, SchemaGenerator::subschema_for::<T>)
}

const fn error_schema(status: &'static str) -> ResponseSchema {
    response_schema::<ErrorBody<'_>>(status)
}

fn responses(
    schemas: &mut SchemaGenerator,
    own: &[ResponseSchema],
    common: &[&'static str],
) -> Value {
    let common = common.iter().map(|status| error_schema(status));
    to_object(own.iter().copied().chain(common).map(|(status, schema)| {
        let mut answer = json!({
            "description": status_description(status),
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

fn status_description(status: &str) -> &'static str {
    match status {
        "200" => "Success.",
        "400" => "The body is malformed.",
        "401" => "The SDK key is missing or invalid, or the tenant does not exist.",
        "402" => "The license has reached its device limit.",
        "403" => "The tenant is suspended.",
        "404" => "The tenant, product or license key was not found.",
        "413" => "The body is larger than 64 KiB.",
        "422" => "The license is expired, revoked or reminted, or the instance is not active.",
        "429" => "Too many requests from this address.",
        "500" => "Internal server error. The device keeps its lease.",
        _ => "The server is temporarily unavailable. The device keeps its lease.",
    }
}

fn path_parameter(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string", "minLength": 1 } })
}

fn request_id_parameter() -> Value {
    json!({
        "name": "X-Keylight-Request-Id", "in": "header", "required": false,
        "description": "The request ID to return in the response. If it is missing or invalid, the server generates one.",
        "schema": { "type": "string", "pattern": "^[0-9A-Za-z-]{1,64}$" },
    })
}

fn string_schema(most: usize, description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "maxLength": most, "description": description })
}

fn machine_hash_schema() -> Value {
    json!({ "type": ["string", "null"], "pattern": "^[0-9a-f]{64}$" })
}

/// Invalid telemetry never causes an error, so the schema describes what clients should send.
fn telemetry_schemas() -> [(&'static str, Value); 9] {
    let truncated = |units: u32| json!({ "type": "string", "description": format!("Truncated to {units} UTF-16 code units.") });
    [
        ("app_version", truncated(64)),
        ("sdk_version", truncated(64)),
        ("platform", truncated(32)),
        ("sdk", truncated(16)),
        ("os_version", truncated(32)),
        (
            "arch",
            json!({ "type": "string", "enum": ["arm64", "aarch64", "x86_64"] }),
        ),
        (
            "cpu_cores",
            json!({ "type": "string", "enum": CPU_CORE_BUCKETS }),
        ),
        (
            "memory",
            json!({ "type": "string", "enum": MEMORY_BUCKETS }),
        ),
        ("sdk_trial_duration_days", json!({ "type": "integer" })),
    ]
}

fn to_object<'a>(fields: impl Iterator<Item = (&'a str, Value)>) -> Value {
    let fields = fields.map(|(name, form)| (name.to_owned(), form));
    Value::Object(fields.collect::<Map<_, _>>())
}
