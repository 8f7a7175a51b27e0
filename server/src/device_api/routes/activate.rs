//! `POST /{tenant}/{product}/activate`: activates a device and issues a lease.

use axum::response::Response;
use keywright_domain::ids::InstanceId;
use keywright_service::device::{ActivationRequest, IssuedLease};
use schemars::JsonSchema;
use serde::Serialize;

use crate::device_api::{
    extract::DeviceRequest,
    response::{self, Endpoint, LeaseFields},
};

#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ActivateResponse {
    #[schemars(extend("const" = true))]
    activated: bool,
    #[schemars(with = "String", extend("format" = "uuid"))]
    instance_id: InstanceId,
    #[serde(flatten)]
    lease: LeaseFields,
}

pub(crate) async fn activate(call: DeviceRequest) -> Result<Response, Response> {
    let request = ActivationRequest {
        license_key: call.params.license_key()?,
        machine_hash: call.params.machine_hash()?,
        device_name: call.params.device_name(),
        request_id: call.context.request_id.client_id().map(str::to_owned),
        free_tier_instance_id: call.params.free_tier_instance_id(),
        telemetry: call.params.telemetry(),
    };
    let asked = call
        .context
        .admit_for_license(Endpoint::Activate, async |services, credentials| {
            services.devices.activate(credentials, request).await
        });
    let IssuedLease {
        lease,
        license_expires_at,
    } = asked.await?;
    Ok(response::success(ActivateResponse {
        activated: true,
        instance_id: lease.claims.instance_id,
        lease: LeaseFields::new(lease, license_expires_at),
    }))
}
