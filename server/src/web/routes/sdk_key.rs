//! SDK key forms.

use std::sync::Arc;

use axum::{extract::Path, response::Response};
use keywright_app::{api::request::OneTimeSecret, routes};
use keywright_domain::sdk_key::SdkKeyHash;
use keywright_service::{Error, sdk_keys::SdkKeyForm};

use crate::web::extract::ValidatedForm;

/// `POST /settings/sdk-key/new`: responds with the new key.
pub(crate) async fn create(form: ValidatedForm<SdkKeyForm>) -> Response {
    form.show_secret_after(async |services, caller, typed| {
        let key = services.sdk_keys.create_from_form(caller, &typed).await?;
        Ok(OneTimeSecret::SdkKey(Arc::new(key)))
    })
    .await
}

/// `POST /settings/sdk-key/import`
pub(crate) async fn import(form: ValidatedForm<SdkKeyForm>) -> Response {
    form.redirect_after(async |services, caller, typed| {
        services.sdk_keys.import_from_form(caller, &typed).await?;
        Ok(routes::SDK_KEY.to_owned())
    })
    .await
}

/// `POST /settings/sdk-key/{fingerprint}/end`
pub(crate) async fn change_end(
    Path(fingerprint): Path<String>,
    form: ValidatedForm<SdkKeyForm>,
) -> Response {
    form.redirect_after(async |services, caller, typed| {
        let key = SdkKeyHash::from_hex(&fingerprint).ok_or(Error::NotFound)?;
        services
            .sdk_keys
            .change_end_from_form(caller, key, &typed)
            .await?;
        Ok(routes::SDK_KEY.to_owned())
    })
    .await
}
