//! `POST /{tenant}/{product}/validate`: check an instance, get a fresh lease.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use keywright_domain::{activation::Denied, lease::LeaseStatus};
use keywright_service::activations::{Leased, Refusal, ValidationRequest};
use serde::Serialize;

use super::{
    answer::{Endpoint, LeaseFields},
    fields::Fields,
    sdk_key,
};
use crate::{request_id::RequestId, state::AppState};

#[derive(Serialize)]
struct Validated {
    valid: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(flatten)]
    lease: LeaseFields,
}

pub(super) async fn validate(
    State(state): State<AppState>,
    Path((tenant, product)): Path<(String, String)>,
    Extension(request_id): Extension<RequestId>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let request = ValidationRequest {
        license_key: fields.license_key()?,
        instance: fields.instance_id()?,
        machine_hash: fields.machine_hash()?,
        telemetry: fields.telemetry(),
    };
    let activations = &state.services.activations;
    let leased: Result<Leased, Refusal> = async {
        let admitted = activations
            .admit(&tenant, &product, sdk_key(&headers))
            .await?;
        activations.validate(&admitted, request).await
    }
    .await;
    let Leased {
        lease,
        license_expires_at,
    } = leased.map_err(|refusal| Endpoint::Validate.refuse(&refusal, &request_id))?;
    let valid = lease.claims.status == LeaseStatus::Active;
    let status = if valid {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let body = Validated {
        valid,
        error: (!valid).then(|| Denied::Expired.to_string()),
        lease: LeaseFields::new(lease, license_expires_at),
    };
    Ok((status, Json(body)).into_response())
}
