//! `POST /{tenant}/{product}/keyless`: records an install without a license key.

use axum::response::Response;
use keywright_service::device::keyless::Beacon;
use schemars::JsonSchema;
use serde::Serialize;

use crate::device_api::{
    extract::DeviceRequest,
    response::{self, Endpoint, SettingsFields},
};

#[derive(Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct KeylessResponse {
    #[schemars(extend("const" = true))]
    received: bool,
    #[serde(flatten)]
    settings: SettingsFields,
}

pub(crate) async fn keyless(call: DeviceRequest) -> Result<Response, Response> {
    let beacon = Beacon {
        instance_id: call.params.keyless_instance_id()?,
        state: call.params.keyless_state()?,
        machine_hash: call.params.machine_hash()?,
        telemetry: call.params.telemetry(),
        address: call.context.address,
    };
    let sent = call
        .context
        .admit_then(Endpoint::Keyless, async |services, admission| {
            services.keyless.record_beacon(admission, beacon).await
        });
    Ok(response::success(KeylessResponse {
        received: true,
        settings: sent.await?.into(),
    }))
}
