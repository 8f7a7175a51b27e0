//! `GET /{tenant}/{product}/config`: returns the product settings.

use axum::response::Response;
use keywright_service::device::settings::SettingsResponse;

use crate::device_api::{
    extract::DeviceContext,
    response::{self, Endpoint, SettingsFields},
};

pub(crate) async fn config(context: DeviceContext) -> Result<Response, Response> {
    let sent = context.admit_then(Endpoint::Config, async |_, admission| {
        Ok(SettingsResponse::for_admission(admission)?)
    });
    Ok(response::success(SettingsFields::from(sent.await?)))
}
