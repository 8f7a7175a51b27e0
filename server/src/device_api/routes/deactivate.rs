//! `POST /{tenant}/{product}/deactivate`: frees the device's slot.

use axum::response::Response;
use keywright_service::device::DeactivationRequest;
use schemars::JsonSchema;
use serde::Serialize;

use crate::device_api::{
    extract::DeviceRequest,
    response::{self, Endpoint},
};

#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct DeactivateResponse {
    #[schemars(extend("const" = true))]
    deactivated: bool,
}

pub(crate) async fn deactivate(call: DeviceRequest) -> Result<Response, Response> {
    let request = DeactivationRequest {
        license_key: call.params.license_key()?,
        instance_id: call.params.instance_id()?,
    };
    call.context
        .admit_for_license(Endpoint::Deactivate, async |services, credentials| {
            services.devices.deactivate(credentials, request).await
        })
        .await?;
    Ok(response::success(DeactivateResponse { deactivated: true }))
}
