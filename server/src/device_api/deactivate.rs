//! `POST /{tenant}/{product}/deactivate`: the device gives its own slot back.

use axum::response::Response;
use keywright_service::activations::DeactivationRequest;
use serde::Serialize;

use super::{
    answer::{self, Endpoint},
    call::Call,
};

#[derive(Serialize)]
struct Deactivated {
    deactivated: bool,
}

pub(super) async fn deactivate(call: Call) -> Result<Response, Response> {
    let request = DeactivationRequest {
        license_key: call.fields.license_key()?,
        instance: call.fields.instance_id()?,
    };
    call.asker
        .ask_about_license(Endpoint::Deactivate, async |services, presumed| {
            services.activations.deactivate(presumed, request).await
        })
        .await?;
    Ok(answer::success(Deactivated { deactivated: true }))
}
