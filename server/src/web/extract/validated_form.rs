//! Forms whose page is at the address that they post to: what they lead to, or the page again, with what is wrong beside each
//! field and what was typed in its place.

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request},
    response::{IntoResponse, Redirect, Response},
};
use keywright_app::{
    api::{
        error::{ApiError, ErrorCode},
        request::{OPERATOR_FIELD, RefusedForm, ShownOnce, form_failure},
    },
    routes,
};
use keywright_service::{
    Caller, Error, Services,
    forms::{FieldErrors, FormError, IdempotentResult},
};
use serde::de::{DeserializeOwned, value};

use super::FormContext;
use crate::state::AppState;

/// Fields whose values are never rendered again.
const SECRET_FIELDS: [&str; 3] = ["code", "password", "sdk_key"];

/// A form that was posted, and what was read out of it.
pub(crate) struct ValidatedForm<T> {
    read: T,
    responder: FormResponder,
}

impl<T: DeserializeOwned> FromRequest<AppState> for ValidatedForm<T> {
    /// The page that says that what was posted is no such form.
    type Rejection = Response;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let context = FormContext::from_request_parts(&mut parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let request = Request::from_parts(parts, body);
        let typed = Form::<Vec<(String, String)>>::from_request(request, state).await;
        let Ok(Form(mut typed)) = typed else {
            return Err(context.unreadable(state.clone()).await);
        };
        let Some(read) = read(&typed) else {
            return Err(context.unreadable(state.clone()).await);
        };
        typed.retain(|(name, _)| !SECRET_FIELDS.contains(&name.as_str()));
        let responder = FormResponder {
            state: state.clone(),
            context,
            typed,
        };
        Ok(Self { read, responder })
    }
}

/// A zero byte is nothing that a browser sends, that a page can show, or that PostgreSQL can keep.
fn read<T: DeserializeOwned>(typed: &[(String, String)]) -> Option<T> {
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
    /// Does what the form asks for in the name of the operator who is signed in, and leads to where `work` says; shows the form
    /// again, where it is refused.
    pub(crate) async fn save(
        self,
        work: impl AsyncFnOnce(&Services, &Caller, T) -> Result<String, FormError>,
    ) -> Response {
        match self.attempt(work).await {
            Ok((path, _)) => Redirect::to(&path).into_response(),
            Err(refused) => refused,
        }
    }

    /// The same where something is made that the guide asks for: while it is there, it goes on from there.
    pub(crate) async fn save_for_guide(
        self,
        work: impl AsyncFnOnce(&Services, &Caller, T) -> Result<String, FormError>,
    ) -> Response {
        let is_guided = self.responder.context.is_guided();
        self.save(async |services, caller, read| {
            let page = work(services, caller, read).await?;
            Ok(if is_guided {
                routes::GUIDE.to_owned()
            } else {
                page
            })
        })
        .await
    }

    /// The same; what is made is shown by the answer itself, for a redirect would lose it.
    pub(crate) async fn show(
        self,
        work: impl AsyncFnOnce(&Services, &Caller, T) -> Result<ShownOnce, FormError>,
    ) -> Response {
        match self.attempt(work).await {
            Ok((shown, responder)) => responder.show(shown).await,
            Err(refused) => refused,
        }
    }

    /// Does what comes before the answer is known to be that of a form that was carried out.
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
            Err(error) => Err(responder.refuse(error).await),
        }
    }

    /// Separates the values of the form from the means to answer it.
    pub(crate) fn into_parts(self) -> (T, FormResponder) {
        (self.read, self.responder)
    }
}

/// A form whose answer is still to be made.
pub(crate) struct FormResponder {
    state: AppState,
    context: FormContext,
    /// Names and values as they were typed, without secrets.
    typed: Vec<(String, String)>,
}

impl FormResponder {
    /// The application's state.
    pub(crate) fn state(&self) -> &AppState {
        &self.state
    }

    /// The id of the request.
    pub(crate) fn request_id(&self) -> &str {
        self.context.request_id()
    }

    /// The services, and the operator who is signed in.
    pub(crate) fn caller(&self) -> Result<(Services, Caller), Error> {
        self.context.caller()
    }

    /// Whether the page was made for another operator than the one who is signed in by now.
    fn is_for_another_operator(&self) -> bool {
        let mut typed = self.typed.iter();
        let made_for = typed.find(|(name, _)| name == OPERATOR_FIELD);
        made_for.is_some_and(|(_, id)| Some(id) != self.context.operator().as_ref())
    }

    /// The page of the form as it is for whoever is signed in, with nothing of what was typed for another.
    async fn reject_operator_mismatch(mut self) -> Response {
        self.typed.clear();
        let message = "Somebody else has signed in here since this form was loaded";
        self.refuse(Error::Conflict(message).into()).await
    }

    /// Another page that says what went wrong.
    pub(crate) async fn render_error_page(self, code: ErrorCode, message: &str) -> Response {
        self.context
            .render_api_error(self.state, ApiError::new(code, message))
            .await
    }

    /// The page of the form, with what was made.
    pub(crate) async fn show(self, shown: ShownOnce) -> Response {
        self.context
            .page(self.state, |extensions| {
                extensions.insert(shown);
            })
            .await
    }

    /// The page of the form, with why it was not carried out.
    pub(crate) async fn refuse(self, error: FormError) -> Response {
        let (error, made) = match error {
            FormError::Other(Error::Unauthenticated) => {
                return Redirect::to(routes::LOGIN).into_response();
            }
            FormError::Invalid(errors) => {
                let message = "Nothing was done yet:";
                (field_errors(ErrorCode::Invalid, message, &errors), None)
            }
            FormError::Duplicate(made) => {
                let message = "This form was sent before. Nothing was made now.";
                (ApiError::new(ErrorCode::Conflict, message), Some(made))
            }
            FormError::Other(Error::PlanRequired(plan)) => {
                let message = format!(
                    "This tenant's plan has no room for another product: that needs the plan {}. Nothing was saved.",
                    plan.as_str()
                );
                (ApiError::new(ErrorCode::PlanRequired, message), None)
            }
            FormError::Other(error) => (form_failure(error, self.context.request_id()), None),
        };
        self.render_form_again(error, made).await
    }

    /// The page of the form with an error, and with the result of an earlier submission.
    pub(crate) async fn render_form_again(
        self,
        error: ApiError,
        made: Option<IdempotentResult>,
    ) -> Response {
        let refused = RefusedForm {
            typed: self.typed,
            error,
            made,
        };
        self.context
            .page(self.state, |extensions| {
                extensions.insert(refused);
            })
            .await
    }
}

/// An error that is shown next to the fields concerned.
pub(crate) fn field_errors(code: ErrorCode, message: &str, errors: &FieldErrors) -> ApiError {
    let fields = errors.iter();
    ApiError {
        fields: fields
            .map(|(name, error)| (name.to_owned(), error.to_owned()))
            .collect(),
        ..ApiError::new(code, message)
    }
}
