//! `POST /{tenant}/{product}/deactivate`: the device gives its own slot back.

use axum::{
    Extension,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use keywright_service::activations::{DeactivationRequest, Refusal};
use serde::Serialize;

use super::{
    answer::{self, Endpoint},
    fields::Fields,
    sdk_key,
};
use crate::{request_id::RequestId, state::AppState};

#[derive(Serialize)]
struct Deactivated {
    deactivated: bool,
}

pub(super) async fn deactivate(
    State(state): State<AppState>,
    Path((tenant, product)): Path<(String, String)>,
    Extension(request_id): Extension<RequestId>,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Response> {
    let request = DeactivationRequest {
        license_key: fields.license_key()?,
        instance: fields.instance_id()?,
    };
    let activations = &state.services.activations;
    let done: Result<(), Refusal> = async {
        let admitted = activations
            .admit(&tenant, &product, sdk_key(&headers))
            .await?;
        activations.deactivate(&admitted, request).await
    }
    .await;
    done.map_err(|refusal| Endpoint::Deactivate.refuse(&refusal, &request_id))?;
    Ok(answer::success(Deactivated { deactivated: true }))
}
