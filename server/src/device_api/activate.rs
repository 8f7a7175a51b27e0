//! `POST /{tenant}/{product}/activate`: bind a device, get a lease.

use axum::{
    Extension,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use keywright_domain::ids::InstanceId;
use keywright_service::activations::{ActivationRequest, Leased, Refusal};
use serde::Serialize;

use super::{
    answer::{self, Endpoint, LeaseFields},
    cors::client_request_id,
    fields::Fields,
    sdk_key,
};
use crate::{request_id::RequestId, state::AppState};

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the wire's own names")]
struct Activated {
    activated: bool,
    instance_id: InstanceId,
    #[serde(flatten)]
    lease: LeaseFields,
}

pub(super) async fn activate(
    State(state): State<AppState>,
    Path((tenant, product)): Path<(String, String)>,
    Extension(request_id): Extension<RequestId>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let request = ActivationRequest {
        license_key: fields.license_key()?,
        machine_hash: fields.machine_hash()?,
        device_name: fields.device_name(),
        request_id: client_request_id(&headers),
        free_tier_instance_id: fields.free_tier_instance_id(),
        telemetry: fields.telemetry(),
    };
    let activations = &state.services.activations;
    let leased: Result<Leased, Refusal> = async {
        let admitted = activations
            .admit(&tenant, &product, sdk_key(&headers))
            .await?;
        activations.activate(&admitted, request).await
    }
    .await;
    let Leased {
        lease,
        license_expires_at,
    } = leased.map_err(|refusal| Endpoint::Activate.refuse(&refusal, &request_id))?;
    Ok(answer::success(Activated {
        activated: true,
        instance_id: lease.claims.instance_id,
        lease: LeaseFields::new(lease, license_expires_at),
    }))
}
