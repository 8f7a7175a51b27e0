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
    forms::{FormError, WrongFields},
};
use serde::de::{DeserializeOwned, value};

use super::FormContext;
use crate::state::AppState;

/// Fields that are not shown again with what was typed.
const SECRETS: [&str; 1] = ["sdk_key"];

/// A form that was posted, and what was read out of it.
pub(crate) struct ValidatedForm<T> {
    state: AppState,
    context: FormContext,
    /// Names and values, as they were typed.
    typed: Vec<(String, String)>,
    read: T,
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
        let Ok(Form(typed)) = typed else {
            return Err(context.unreadable(state.clone()).await);
        };
        let Some(read) = read(&typed) else {
            return Err(context.unreadable(state.clone()).await);
        };
        Ok(Self {
            state: state.clone(),
            context,
            typed,
            read,
        })
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
        let is_guided = self.context.is_guided();
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
        let responder = FormResponder {
            state: self.state,
            context: self.context,
            typed: self.typed,
        };
        let done = match responder.context.caller() {
            Ok(_) if responder.is_for_another_operator() => {
                return Err(responder.reject_operator_mismatch().await);
            }
            Ok((services, caller)) => work(&services, &caller, self.read).await,
            Err(error) => Err(error.into()),
        };
        match done {
            Ok(done) => Ok((done, responder)),
            Err(error) => Err(responder.refuse(error).await),
        }
    }
}

/// A form whose answer is still to be made.
pub(crate) struct FormResponder {
    state: AppState,
    context: FormContext,
    typed: Vec<(String, String)>,
}

impl FormResponder {
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
            FormError::Wrong(wrong) => (to_api_error(wrong), None),
            FormError::Used(made) => {
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
        let is_secret = |name: &str| SECRETS.contains(&name);
        let mut typed = self.typed;
        typed.retain(|(name, _)| !is_secret(name));
        let refused = RefusedForm { typed, error, made };
        self.context
            .page(self.state, |extensions| {
                extensions.insert(refused);
            })
            .await
    }
}

fn to_api_error(wrong: WrongFields) -> ApiError {
    let fields = wrong.0.into_iter();
    ApiError {
        fields: fields
            .map(|(name, wrong)| (name.to_owned(), wrong))
            .collect(),
        ..ApiError::new(ErrorCode::Invalid, "Nothing was done yet:")
    }
}
