//! `POST /{tenant}/{product}/activate`: bind a device, get a lease.

use axum::response::Response;
use keywright_domain::ids::InstanceId;
use keywright_service::activations::{ActivationRequest, Leased};
use serde::Serialize;

use super::{
    answer::{self, Endpoint, LeaseFields},
    call::Call,
};

#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the wire's own names")]
struct Activated {
    activated: bool,
    instance_id: InstanceId,
    #[serde(flatten)]
    lease: LeaseFields,
}

pub(super) async fn activate(call: Call) -> Result<Response, Response> {
    let request = ActivationRequest {
        license_key: call.fields.license_key()?,
        machine_hash: call.fields.machine_hash()?,
        device_name: call.fields.device_name(),
        request_id: call.asker.request_id.client().map(str::to_owned),
        free_tier_instance_id: call.fields.free_tier_instance_id(),
        telemetry: call.fields.telemetry(),
    };
    let asked = call
        .asker
        .ask_about_license(Endpoint::Activate, async |services, presumed| {
            services.activations.activate(presumed, request).await
        });
    let Leased {
        lease,
        license_expires_at,
    } = asked.await?;
    Ok(answer::success(Activated {
        activated: true,
        instance_id: lease.claims.instance_id,
        lease: LeaseFields::new(lease, license_expires_at),
    }))
}
