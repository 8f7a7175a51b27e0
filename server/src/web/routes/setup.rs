//! Browser setup. Returns 404 once a tenant exists.

use axum::{
    Extension,
    extract::State,
    http::{Extensions, HeaderMap, Uri},
    response::Response,
};
use keywright_app::{
    api::{
        error::{ApiError, ErrorCode},
        request::form_error,
        request_scope::RequestScope,
    },
    routes,
};
use keywright_service::{
    forms::FieldErrors,
    tenants::setup::{SetupError, SetupForm},
};

use super::session;
use crate::{
    state::AppState,
    web::{
        extract::{ValidatedForm, field_errors},
        render,
    },
};

/// `GET /setup`
pub(crate) async fn page(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
) -> Response {
    let error = match state.services.setup.is_required().await {
        Ok(true) => {
            let page = Uri::from_static(routes::SETUP);
            return render::render_page(state, page, headers, scope, |_| {}).await;
        }
        Ok(false) => return render::not_found(state, headers, scope).await,
        Err(error) => form_error(error, &scope.request_id),
    };
    render::error_page(state, scope, headers, error).await
}

/// `POST /setup`: creates the first tenant and signs its owner in, or renders the form again.
pub(crate) async fn submit(
    extensions: Extensions,
    headers: HeaderMap,
    form: ValidatedForm<SetupForm>,
) -> Response {
    let (form, responder) = form.into_parts();
    let origin = session::client_info(&extensions, &headers);
    let state = responder.state();
    match state.services.setup.run(form, origin).await {
        Ok(token) => {
            if let Some(file) = &state.setup_code_file {
                file.remove();
            }
            session::sign_in_redirect(&token, state.public_url, routes::GUIDE)
        }
        // A second click may arrive before the response to the first.
        Err(SetupError::AlreadySetUp) => {
            let message =
                "Keywright is already set up. Sign in with the email and password you chose.";
            responder
                .render_error_page(ErrorCode::NotFound, message)
                .await
        }
        Err(error) => {
            let error = to_api_error(&error, responder.request_id());
            responder.render_form_again(error, None).await
        }
    }
}

/// Converts the error to a message with field errors.
fn to_api_error(error: &SetupError, request_id: &str) -> ApiError {
    if let SetupError::Other(error) = error {
        return form_error(error.clone(), request_id);
    }
    tracing::info!(request_id, %error, "setup refused");
    let (code, errors) = match error {
        SetupError::Invalid(errors) => (ErrorCode::Invalid, errors.clone()),
        other => (ErrorCode::Forbidden, FieldErrors::single("code", other)),
    };
    field_errors(code, &errors)
}
