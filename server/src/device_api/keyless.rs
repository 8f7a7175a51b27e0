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
        // PostgreSQL's texts hold no NUL.
        instance_id: call.fields.own_instance_id()?.replace('\0', "\u{FFFD}"),
        state: call.fields.keyless_state()?,
        machine_hash: call.fields.machine_hash()?,
        telemetry: call.fields.telemetry(),
        address: call.asker.address,
    };
    let asker = &call.asker;
    let sent = async {
        asker
            .services
            .keyless
            .report(&asker.admit().await?, beacon)
            .await
    };
    let sent = sent
        .await
        .map_err(|refusal| asker.refuse(Endpoint::Keyless, &refusal))?;
    Ok(answer::success(Received {
        received: true,
        settings: sent.into(),
    }))
}
