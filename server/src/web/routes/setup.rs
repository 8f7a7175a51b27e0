//! The first run: a page that asks for the setup code, and the form on it. Once there is a tenant neither is there.

use axum::{
    Extension, Form,
    extract::{State, rejection::FormRejection},
    http::{Extensions, HeaderMap, Uri},
    response::Response,
};
use keywright_app::{
    api::{
        error::{ApiError, ErrorCode},
        request::{RefusedForm, form_failure},
        request_scope::RequestScope,
    },
    routes,
};
use keywright_service::setup::{NewSetup, SetupError, WrongFields};
use serde::Deserialize;

use super::session;
use crate::{state::AppState, web::render};

/// What the form sends. No `Debug`: there are a code and a password in it.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Typed {
    code: String,
    tenant_name: String,
    slug: String,
    email: String,
    password: String,
}

/// `GET /setup`
pub(crate) async fn form(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    headers: HeaderMap,
) -> Response {
    let error = match state.services.setup.is_due().await {
        Ok(true) => {
            let page = Uri::from_static(routes::SETUP);
            return render::render_as(state, page, headers, scope, |_| {}).await;
        }
        Ok(false) => return render::not_found(state, headers, scope).await,
        Err(error) => form_failure(error, &scope.request_id),
    };
    render::error_page(state, scope, headers, error).await
}

/// `POST /setup`: makes the first tenant and signs its owner in, or shows the form again.
pub(crate) async fn run(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    extensions: Extensions,
    headers: HeaderMap,
    typed: Result<Form<Typed>, FormRejection>,
) -> Response {
    let Ok(Form(typed)) = typed else {
        return render::malformed_form_page(state, scope, headers).await;
    };
    let new = NewSetup {
        code: typed.code.into(),
        tenant_name: typed.tenant_name.clone(),
        slug: typed.slug.clone(),
        email: typed.email.clone(),
        password: typed.password.into(),
    };
    let origin = session::origin(&extensions, &headers);
    let error = match state.services.setup.run(new, origin).await {
        Ok(token) => {
            if let Some(file) = &state.setup_code_file {
                file.remove();
            }
            return session::sign_in_redirect(&token, state.public_url, routes::GUIDE);
        }
        Err(SetupError::Done) => {
            // A second click may be here before the answer to the first.
            let message = "Keywright is set up already. Sign in with the e-mail and the password that were chosen.";
            let error =
                ApiError::new(ErrorCode::NotFound, message).of_request(scope.request_id.clone());
            return render::error_page(state, scope, headers, error).await;
        }
        Err(error) => to_api_error(error, &scope.request_id),
    };
    let refused = RefusedForm {
        typed: vec![
            ("tenant_name".to_owned(), typed.tenant_name),
            ("slug".to_owned(), typed.slug),
            ("email".to_owned(), typed.email),
        ],
        error,
        made: None,
    };
    let page = Uri::from_static(routes::SETUP);
    render::render_as(state, page, headers, scope, |extensions| {
        extensions.insert(refused);
    })
    .await
}

/// What the page says, and beside which fields.
fn to_api_error(error: SetupError, request_id: &str) -> ApiError {
    let error = match error {
        SetupError::Other(error) => return form_failure(error, request_id),
        error => error,
    };
    tracing::info!(request_id, "{error}");
    let (code, wrong) = match &error {
        SetupError::Invalid(wrong) => (ErrorCode::Invalid, by_name(wrong)),
        other => (ErrorCode::Forbidden, vec![("code", format!("{other}."))]),
    };
    let fields = wrong
        .into_iter()
        .map(|(name, wrong)| (name.to_owned(), wrong));
    ApiError {
        fields: fields.collect(),
        ..ApiError::new(code, "Nothing was set up yet:")
    }
}

/// Each wrong field by its name in the form.
fn by_name(wrong: &WrongFields) -> Vec<(&'static str, String)> {
    let fields = [
        ("code", &wrong.code),
        ("tenant_name", &wrong.tenant_name),
        ("slug", &wrong.slug),
        ("email", &wrong.email),
        ("password", &wrong.password),
    ];
    let named = fields
        .into_iter()
        .filter_map(|(name, wrong)| wrong.as_ref().map(|wrong| (name, format!("{wrong}."))));
    named.collect()
}
