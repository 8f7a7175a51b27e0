//! `POST /{tenant}/{product}/validate`: check an instance, get a fresh lease.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use keywright_domain::{activation::Denied, lease::LeaseStatus};
use keywright_service::device::{Leased, Validated, ValidationRequest};
use serde::Serialize;

use crate::device_api::{
    extract::DeviceRequest,
    response::{Endpoint, LeaseFields, SettingsFields},
};

#[derive(Serialize)]
struct ValidateAnswer {
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(flatten)]
    lease: LeaseFields,
    #[serde(flatten)]
    settings: Option<SettingsFields>,
}

pub(crate) async fn validate(call: DeviceRequest) -> Result<Response, Response> {
    let request = ValidationRequest {
        license_key: call.params.license_key()?,
        instance: call.params.instance_id()?,
        machine_hash: call.params.machine_hash()?,
        telemetry: call.params.telemetry(),
    };
    let asked = call
        .context
        .admit_for_license(Endpoint::Validate, async |services, credentials| {
            services.activations.validate(credentials, request).await
        });
    let Validated { leased, settings } = asked.await?;
    let Leased {
        lease,
        license_expires_at,
    } = leased;
    let valid = lease.claims.status == LeaseStatus::Active;
    let status = if valid {
        StatusCode::OK
    } else {
        Endpoint::Validate.count_refusal("expired");
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let body = ValidateAnswer {
        valid,
        error: (!valid).then(|| Denied::Expired.to_string()),
        lease: LeaseFields::new(lease, license_expires_at),
        settings: valid.then(|| settings.into()),
    };
    Ok((status, Json(body)).into_response())
}
