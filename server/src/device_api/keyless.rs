//! `POST /{tenant}/{product}/keyless`: the beacon of an install without a key.

use axum::response::Response;
use keywright_service::keyless::Beacon;
use serde::Serialize;

use super::{
    answer::{self, Endpoint, SettingsFields},
    call::Call,
};

#[derive(Serialize)]
struct Received {
    received: bool,
    #[serde(flatten)]
    settings: SettingsFields,
}

pub(super) async fn keyless(call: Call) -> Result<Response, Response> {
    let beacon = Beacon {
        instance_id: call.fields.keyless_instance_id()?,
        state: call.fields.keyless_state()?,
        machine_hash: call.fields.machine_hash()?,
        telemetry: call.fields.telemetry(),
        address: call.asker.address,
    };
    let sent = call
        .asker
        .ask(Endpoint::Keyless, async |services, admitted| {
            services.keyless.report(admitted, beacon).await
        });
    Ok(answer::success(Received {
        received: true,
        settings: sent.await?.into(),
    }))
}
