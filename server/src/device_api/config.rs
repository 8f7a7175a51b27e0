//! `GET /{tenant}/{product}/config`: what the vendor set for the product's apps.

use axum::response::Response;

use super::{
    answer::{self, Endpoint, SettingsFields},
    call::Asker,
};

pub(super) async fn config(asker: Asker) -> Result<Response, Response> {
    let sent = async { asker.services.settings.sent(&asker.admit().await?).await };
    let sent = sent
        .await
        .map_err(|refusal| asker.refuse(Endpoint::Config, &refusal))?;
    Ok(answer::success(SettingsFields::from(sent)))
}
