//! `GET /{tenant}/{product}/config`: what the vendor set for the product's apps.

use axum::response::Response;
use keywright_service::settings::SentSettings;

use super::{
    answer::{self, Endpoint, SettingsFields},
    call::Asker,
};

pub(super) async fn config(asker: Asker) -> Result<Response, Response> {
    let sent = asker.ask(Endpoint::Config, async |_, admitted| {
        Ok(SentSettings::of(admitted)?)
    });
    Ok(answer::success(SettingsFields::from(sent.await?)))
}
