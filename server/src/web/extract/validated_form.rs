//! Forms that post to the URL of their own page. A valid form redirects or shows a one-time secret.
//! A rejected form renders the page again, with the submitted values and an error next to each
//! invalid field.

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Redirect, Response},
};
use keywright_app::{
    api::{
        error::{ApiError, ErrorCode},
        request::{OPERATOR_FIELD, OneTimeSecret, RejectedForm, form_error},
    },
    format::plan_name,
    routes,
};
use keywright_service::{
    Caller, Error, Services,
    forms::{FieldErrors, FormError, IdempotentResult},
};
use serde::de::{DeserializeOwned, value};

use super::FormContext;
use crate::state::AppState;

/// Fields whose submitted values are not rendered again.
const SECRET_FIELDS: [&str; 3] = ["code", "password", "sdk_key"];

/// A deserialized form submission.
pub(crate) struct ValidatedForm<T> {
    values: T,
    responder: FormResponder,
}

impl<T: DeserializeOwned> FromRequest<AppState> for ValidatedForm<T> {
    /// The error page for a malformed form.
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let context = FormContext::from_request_parts(&mut parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let request = Request::from_parts(parts, body);
        let typed = Form::<Vec<(String, String)>>::from_request(request, state).await;
        let Ok(Form(mut typed)) = typed else {
            return Err(context.render_malformed(state.clone()).await);
        };
        let Some(read) = deserialize(&typed) else {
            return Err(context.render_malformed(state.clone()).await);
        };
        typed.retain(|(name, _)| !SECRET_FIELDS.contains(&name.as_str()));
        let responder = FormResponder {
            state: state.clone(),
            context,
            submitted: typed,
        };
        Ok(Self {
            values: read,
            responder,
        })
    }
}

/// Deserializes the form. Rejects NUL, which pages cannot show and PostgreSQL cannot store.
fn deserialize<T: DeserializeOwned>(typed: &[(String, String)]) -> Option<T> {
    if typed.iter().any(|(_, value)| value.contains('\0')) {
        return None;
    }
    let fields = typed
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    let fields = value::MapDeserializer::<_, value::Error>::new(fields);
    T::deserialize(fields).ok()
}

impl<T> ValidatedForm<T> {
    /// Runs `work` as the signed-in operator and redirects to the returned path. On error,
    /// renders the form again.
    pub(crate) async fn redirect_after(
        self,
        work: impl AsyncFnOnce(&Services, &Caller, T) -> Result<String, FormError>,
    ) -> Response {
        match self.attempt(work).await {
            Ok((path, _)) => Redirect::to(&path).into_response(),
            Err(refused) => refused,
        }
    }

    /// Like `redirect_after`, but redirects to the getting-started guide while it is open.
    pub(crate) async fn redirect_to_guide_after(
        self,
        work: impl AsyncFnOnce(&Services, &Caller, T) -> Result<String, FormError>,
    ) -> Response {
        let is_guided = self.responder.context.is_guided();
        self.redirect_after(async |services, caller, read| {
            let page = work(services, caller, read).await?;
            Ok(if is_guided {
                routes::GUIDE.to_owned()
            } else {
                page
            })
        })
        .await
    }

    /// Like `redirect_after`, but shows a one-time secret in the response, which a redirect would
    /// lose.
    pub(crate) async fn show_secret_after(
        self,
        work: impl AsyncFnOnce(&Services, &Caller, T) -> Result<OneTimeSecret, FormError>,
    ) -> Response {
        match self.attempt(work).await {
            Ok((shown, responder)) => responder.show_secret(shown).await,
            Err(refused) => refused,
        }
    }

    /// Runs `work` as the signed-in operator, and returns its result with the responder. On error,
    /// returns the response to send.
    pub(crate) async fn attempt<R>(
        self,
        work: impl AsyncFnOnce(&Services, &Caller, T) -> Result<R, FormError>,
    ) -> Result<(R, FormResponder), Response> {
        let (read, responder) = self.into_parts();
        let done = match responder.context.caller() {
            Ok(_) if responder.is_for_another_operator() => {
                return Err(responder.reject_operator_mismatch().await);
            }
            Ok((services, caller)) => work(&services, &caller, read).await,
            Err(error) => Err(error.into()),
        };
        match done {
            Ok(done) => Ok((done, responder)),
            Err(error) => Err(responder.reject(error).await),
        }
    }

    /// Splits the form into its values and its responder.
    pub(crate) fn into_parts(self) -> (T, FormResponder) {
        (self.values, self.responder)
    }
}

/// Builds the response to a submitted form.
pub(crate) struct FormResponder {
    state: AppState,
    context: FormContext,
    /// Submitted names and values, without secrets.
    submitted: Vec<(String, String)>,
}

impl FormResponder {
    pub(crate) fn state(&self) -> &AppState {
        &self.state
    }

    pub(crate) fn request_id(&self) -> &str {
        self.context.request_id()
    }

    pub(crate) fn caller(&self) -> Result<(Services, Caller), Error> {
        self.context.caller()
    }

    /// Returns whether the page was rendered for an operator other than the one now signed in.
    fn is_for_another_operator(&self) -> bool {
        let mut typed = self.submitted.iter();
        let made_for = typed.find(|(name, _)| name == OPERATOR_FIELD);
        made_for.is_some_and(|(_, id)| Some(id) != self.context.operator_id().as_ref())
    }

    /// Renders the form for the operator now signed in, without the values that the other operator
    /// entered.
    async fn reject_operator_mismatch(mut self) -> Response {
        self.submitted.clear();
        let message = "Someone else has signed in using this browser since you opened this form";
        self.reject(Error::Conflict(message).into()).await
    }

    pub(crate) async fn render_error_page(self, code: ErrorCode, message: &str) -> Response {
        self.context
            .render_api_error(self.state, ApiError::new(code, message))
            .await
    }

    /// Renders the form with a one-time secret.
    pub(crate) async fn show_secret(self, shown: OneTimeSecret) -> Response {
        self.context
            .render_form_page(self.state, |extensions| {
                extensions.insert(shown);
            })
            .await
    }

    /// Renders the form with an error.
    pub(crate) async fn reject(self, error: FormError) -> Response {
        let (error, made) = match error {
            FormError::Other(Error::Unauthenticated) => {
                return Redirect::to(routes::LOGIN).into_response();
            }
            FormError::Invalid(errors) => (field_errors(ErrorCode::Invalid, &errors), None),
            FormError::Duplicate(made) => {
                let message = "You already submitted this form. Nothing was created this time.";
                (ApiError::new(ErrorCode::Conflict, message), Some(made))
            }
            FormError::Other(Error::PlanRequired(plan)) => {
                let message = format!(
                    "You've reached your plan's product limit. Upgrade to {} to add more. Nothing was saved.",
                    plan_name(plan)
                );
                (ApiError::new(ErrorCode::PlanRequired, message), None)
            }
            FormError::Other(error) => (form_error(error, self.context.request_id()), None),
        };
        self.render_form_again(error, made).await
    }

    /// Renders the form with an error and, for a duplicate submission, the earlier result.
    pub(crate) async fn render_form_again(
        self,
        error: ApiError,
        made: Option<IdempotentResult>,
    ) -> Response {
        let refused = RejectedForm {
            values: self.submitted,
            error,
            previous_result: made,
        };
        self.context
            .render_form_page(self.state, |extensions| {
                extensions.insert(refused);
            })
            .await
    }
}

/// Builds an error with a message next to each invalid field.
pub(crate) fn field_errors(code: ErrorCode, errors: &FieldErrors) -> ApiError {
    let message = match errors.iter().count() {
        1 => "Fix this field:".to_owned(),
        count => format!("Fix these {count} fields:"),
    };
    let fields = errors.iter();
    ApiError {
        fields: fields
            .map(|(name, error)| (name.to_owned(), error.to_owned()))
            .collect(),
        ..ApiError::new(code, message)
    }
}
