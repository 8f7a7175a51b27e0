//! License actions as plain forms. Each confirmation page posts to its own URL.

use axum::{
    extract::{Path, State},
    response::Response,
};
use keywright_app::api::request::OneTimeSecret;
use keywright_domain::ids::{InstanceId, LicenseId};

use crate::{
    state::AppState,
    web::extract::{FormContext, parse_id},
};

/// `POST /licenses/{id}/revoke`
pub(crate) async fn revoke(
    State(state): State<AppState>,
    Path(license): Path<String>,
    context: FormContext,
) -> Response {
    let done = context.run_as_operator(async |services, caller| {
        let license = parse_id::<LicenseId>(&license)?;
        services.licenses.revoke(caller, license).await?;
        Ok(license)
    });
    let done = done.await;
    context.redirect_back(state, done).await
}

/// `POST /licenses/{id}/instances/{instance}/deactivate`
pub(crate) async fn deactivate(
    State(state): State<AppState>,
    Path((license, instance)): Path<(String, String)>,
    context: FormContext,
) -> Response {
    let done = context.run_as_operator(async |services, caller| {
        let license = parse_id::<LicenseId>(&license)?;
        let instance = parse_id::<InstanceId>(&instance)?;
        let licenses = &services.licenses;
        licenses
            .deactivate_instance(caller, license, instance)
            .await?;
        Ok(license)
    });
    let done = done.await;
    context.redirect_back(state, done).await
}

/// `POST /licenses/{id}/remint`: responds with the new key, which a redirect would lose.
pub(crate) async fn remint(
    State(state): State<AppState>,
    Path(license): Path<String>,
    context: FormContext,
) -> Response {
    let done = context.run_as_operator(async |services, caller| {
        let license = parse_id::<LicenseId>(&license)?;
        services.licenses.remint(caller, license).await
    });
    match done.await {
        Ok(minted) => {
            let shown = OneTimeSecret::Reminted(minted.key, minted.id);
            context
                .render_form_page(state, |extensions| {
                    extensions.insert(shown);
                })
                .await
        }
        Err(error) => context.render_form_error(state, error).await,
    }
}
