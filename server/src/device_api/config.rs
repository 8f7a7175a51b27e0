//! `GET /{tenant}/{product}/config`: what the vendor set for the product's apps.

use axum::response::Response;

use super::{
    answer::{self, Endpoint, SettingsFields},
    call::Asker,
};

pub(super) async fn config(asker: Asker) -> Result<Response, Response> {
    let sent = asker.ask(Endpoint::Config, async |services, admitted| {
        services.settings.for_app(admitted).await
    });
    Ok(answer::success(SettingsFields::from(sent.await?)))
}
