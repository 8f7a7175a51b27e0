//! What server functions and pages use on the server: the services with their caller, and the one place where errors of use
//! cases are translated for the browser.

use std::sync::Arc;

use keywright_domain::{ids::LicenseId, key::LicenseKey, sdk_key::SdkKey};
use keywright_service::{
    Caller, Error, Services,
    forms::IdempotentResult,
    licenses::{MintRequest, Minted},
};

use crate::api::{
    error::{ApiError, ErrorCode},
    request_scope::{RequestScope, extension, id},
};

/// The services and who calls them: the first line of every server function.
pub fn scope() -> Result<(Services, Caller), ApiError> {
    let Some(scope) = extension::<RequestScope>() else {
        tracing::error!("a server function ran without the middleware that sets its scope");
        return Err(ApiError::answer(
            ErrorCode::Internal,
            "The server is not set up.",
        ));
    };
    match scope.account {
        Some(account) => Ok((scope.services, Caller::operator(&account))),
        None => Err(fail(Error::Unauthenticated)),
    }
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
    pub order: MintRequest,
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
    pub made: Option<IdempotentResult>,
}

/// The form that the answer at hand refuses, if it does.
pub fn refused_form() -> Option<RefusedForm> {
    extension::<RefusedForm>()
}

/// What the answer at hand shows once, if it does.
pub fn shown_once() -> Option<ShownOnce> {
    extension::<ShownOnce>()
}

/// Translates a use case's error for the browser, logs it, and gives the answer its status. Causes stay in the log.
pub fn fail(error: Error) -> ApiError {
    let message = told(&error, &id().unwrap_or_default());
    ApiError::answer(code(&error), message)
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
