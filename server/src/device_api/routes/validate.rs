//! `POST /{tenant}/{product}/validate`: validates an instance and issues a new lease.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use keywright_domain::lease::LeaseStatus;
use keywright_service::device::{IssuedLease, ValidationRequest, ValidationResponse};
use schemars::JsonSchema;
use serde::Serialize;

use crate::device_api::{
    extract::DeviceRequest,
    response::{self, Endpoint, LeaseFields, SettingsFields, ValidateErrorBody},
};

#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ValidateResponse {
    #[schemars(extend("const" = true))]
    valid: bool,
    #[serde(flatten)]
    lease: LeaseFields,
    #[serde(flatten)]
    settings: SettingsFields,
}

pub(crate) async fn validate(call: DeviceRequest) -> Result<Response, Response> {
    let request = ValidationRequest {
        license_key: call.params.license_key()?,
        instance_id: call.params.instance_id()?,
        machine_hash: call.params.machine_hash()?,
        telemetry: call.params.telemetry(),
    };
    let asked = call
        .context
        .admit_for_license(Endpoint::Validate, async |services, credentials| {
            services.devices.validate(credentials, request).await
        });
    let ValidationResponse {
        issued_lease: leased,
        settings,
    } = asked.await?;
    let IssuedLease {
        lease,
        license_expires_at,
    } = leased;
    if lease.claims.status != LeaseStatus::Active {
        Endpoint::Validate.count_refusal("expired");
        let body = ValidateErrorBody::expired(lease, license_expires_at);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, Json(body)).into_response());
    }
    Ok(response::success(ValidateResponse {
        valid: true,
        lease: LeaseFields::new(lease, license_expires_at),
        settings: settings.into(),
    }))
}
