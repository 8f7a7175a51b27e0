//! What the server knows about the request at hand, and the one place where its errors become the browser's.

use std::sync::Arc;

use http::{StatusCode, header, request::Parts};
use keywright_domain::{ids::LicenseId, key::LicenseKey, sdk_key::SdkKey, session::Session};
use keywright_service::{
    Caller, Error, Services,
    forms::Made,
    licenses::{MintOrder, Minted},
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::{
    api::{
        error::{ApiError, ErrorCode},
        session::{Account, LoginFailure, Visit},
    },
    routes,
    theme::Theme,
};

/// What the server's middleware puts into the extensions of every request for a page or a server function.
#[derive(Clone)]
pub struct RequestScope {
    /// The use cases.
    pub services: Services,
    /// Who is signed in.
    pub session: Option<Session>,
    /// Names the request in the log and in error messages.
    pub request_id: String,
    /// What the theme cookie says.
    pub theme: Theme,
    /// How apps reach the server: scheme and host, without a slash at the end.
    pub base_url: Arc<str>,
}

/// The services and who calls them: the first line of every server function.
pub fn scope() -> Result<(Services, Caller), ApiError> {
    let Some(scope) = extension::<RequestScope>() else {
        tracing::error!("a server function ran without the middleware that sets its scope");
        return Err(refuse(ErrorCode::Internal, "The server is not set up."));
    };
    match scope.session {
        Some(session) => Ok((scope.services, Caller::operator(&session))),
        None => Err(fail(Error::Unauthenticated)),
    }
}

/// What the page may know about the request that loads it. Nothing where routes are only listed, without a request.
pub fn visit() -> Visit {
    let scope = extension::<RequestScope>();
    Visit {
        theme: scope.as_ref().map(|scope| scope.theme).unwrap_or_default(),
        request_id: scope.as_ref().map(|scope| scope.request_id.clone()),
        account: scope.and_then(|scope| scope.session).map(account),
        host: host().unwrap_or_default(),
        next: next_page(),
        login_failure: extension::<LoginFailure>(),
        action_failure: extension::<ApiError>(),
    }
}

/// The page that whoever signs in is led to: the one in the address of the sign-in page.
fn next_page() -> Option<String> {
    let parts = use_context::<Parts>()?;
    routes::next_page(parts.uri.query()?)
}

/// What the request at hand made: shown by its answer, and by nothing else.
#[derive(Clone)]
pub enum ShownOnce {
    /// The key that takes the place of another, and the license that it opens.
    Reminted(LicenseKey, LicenseId),
    /// Keys of new licenses.
    Minted(Arc<MintedOnce>),
    /// The key that apps are to be built with.
    SdkKey(Arc<SdkKey>),
}

/// Licenses that were minted together.
pub struct MintedOnce {
    /// What was asked for.
    pub order: MintOrder,
    /// What came of it.
    pub minted: Vec<Minted>,
}

/// The hidden field with the id of the operator whom a form was made for: a tab that is left open acts for nobody else.
pub const OPERATOR_FIELD: &str = "operator_id";

/// A form of a page as it was sent and refused.
#[derive(Clone)]
pub struct RefusedForm {
    /// What was typed, by the names of the fields; but for what is secret, which is typed again.
    pub typed: Vec<(String, String)>,
    /// Why it was not carried out.
    pub error: ApiError,
    /// What it made when it was sent before, where that is why.
    pub made: Option<Made>,
}

/// The form that the answer at hand refuses, if it does.
pub fn refused_form() -> Option<RefusedForm> {
    extension::<RefusedForm>()
}

/// How apps reach the server.
pub fn base_url() -> Arc<str> {
    extension::<RequestScope>().map_or_else(|| "".into(), |scope| scope.base_url)
}

/// The path of the request at hand.
pub fn path() -> Option<String> {
    Some(use_context::<Parts>()?.uri.path().to_owned())
}

/// What the answer at hand shows once, if it does.
pub fn shown_once() -> Option<ShownOnce> {
    extension::<ShownOnce>()
}

/// Translates a use case's error for the browser, logs it, and gives the answer its status. Causes stay in the log.
pub fn fail(error: Error) -> ApiError {
    let message = told(&error, &id().unwrap_or_default());
    refuse(code(&error), message)
}

/// Logs an error, and says what the operator is told of it.
fn told(error: &Error, request_id: &str) -> String {
    let message = match error {
        // Signing in is no server function: here it can only be that the session has ended.
        Error::Unauthenticated => "Your session has ended.".to_owned(),
        other => format!("{other}."),
    };
    match error {
        Error::Unavailable(cause) => tracing::warn!(request_id, %cause, "{message}"),
        Error::Internal(cause) => tracing::error!(request_id, %cause, "{message}"),
        Error::Busy => tracing::warn!(request_id, "{message}"),
        _ => tracing::info!(request_id, "{message}"),
    }
    message
}

/// The same for a plain form, which is no server function: its page is told, and sets the status itself.
pub fn form_failure(error: Error, request_id: &str) -> ApiError {
    let message = told(&error, request_id);
    ApiError::new(code(&error), message).of_request(request_id.to_owned())
}

/// The answer to a call whose arguments can't be read.
pub fn unreadable() -> ApiError {
    refuse(
        ErrorCode::Invalid,
        "The server did not understand the request.",
    )
}

/// Sets the status of the page that is being rendered.
pub fn set_status(status: u16) {
    let response = use_context::<ResponseOptions>();
    if let (Some(response), Ok(status)) = (response, StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

const fn code(error: &Error) -> ErrorCode {
    match error {
        Error::Unauthenticated => ErrorCode::Unauthenticated,
        Error::Forbidden => ErrorCode::Forbidden,
        Error::NotFound => ErrorCode::NotFound,
        Error::Invalid(_) => ErrorCode::Invalid,
        Error::PlanRequired(_) => ErrorCode::PlanRequired,
        Error::Conflict(_) => ErrorCode::Conflict,
        Error::Unavailable(_) | Error::Busy => ErrorCode::Unavailable,
        Error::Internal(_) => ErrorCode::Internal,
    }
}

fn refuse(code: ErrorCode, message: impl Into<String>) -> ApiError {
    if !wants_html() {
        set_status(code.status());
    }
    ApiError {
        request_id: id(),
        ..ApiError::new(code, message)
    }
}

/// Whether a page is being rendered or a plain form was posted, rather than a script asking. A page sets its own
/// status, and a plain form is to be led back to its page, which any other status than a redirect's would prevent.
fn wants_html() -> bool {
    let parts = use_context::<Parts>();
    let accept = parts
        .as_ref()
        .and_then(|parts| parts.headers.get(header::ACCEPT));
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

fn account(session: Session) -> Account {
    Account {
        id: session.operator.to_string(),
        email: session.email,
        role: session.role,
        tenant: session.tenant,
        tenant_name: session.tenant_name,
        plan: session.plan,
        is_guided: session.is_guided,
    }
}

/// The server's name as the browser asked for it; HTTP/2 has it in the URI.
fn host() -> Option<String> {
    let parts = use_context::<Parts>()?;
    let header = parts.headers.get(header::HOST);
    let named = header.and_then(|host| host.to_str().ok());
    named.or_else(|| parts.uri.host()).map(str::to_owned)
}

/// The id of the request at hand.
pub fn id() -> Option<String> {
    extension::<RequestScope>().map(|scope| scope.request_id)
}

fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<Parts>()?.extensions.get::<T>().cloned()
}
