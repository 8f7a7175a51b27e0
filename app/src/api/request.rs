//! Server-side helpers of server functions and pages: services, caller, and the mapping of service
//! errors to [`ApiError`].

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

const INTERNAL: &str =
    "This is an error on our side. The server's log has the details under this request ID.";

/// Returns the services and the caller. Every server function starts with it.
pub fn scope() -> Result<(Services, Caller), ApiError> {
    let Some(scope) = extension::<RequestScope>() else {
        tracing::error!("a server function ran without the middleware that sets its scope");
        return Err(ApiError::answer(ErrorCode::Internal, INTERNAL));
    };
    match scope.account {
        Some(account) => Ok((scope.services, Caller::operator(&account))),
        None => Err(fail(Error::Unauthenticated)),
    }
}

/// A secret that the current request created. Only its response shows it.
#[derive(Clone)]
pub enum ShownOnce {
    /// The key of a reminted license, and the new license's id.
    Reminted(LicenseKey, LicenseId),
    Minted(Arc<MintedOnce>),
    /// A new SDK key.
    SdkKey(Arc<SdkKey>),
}

/// Licenses minted by one request.
pub struct MintedOnce {
    pub order: MintRequest,
    pub minted: Vec<Minted>,
}

/// Name of the hidden field with the id of the operator that a form was rendered for. It prevents
/// an old tab from acting for another operator.
pub const OPERATOR_FIELD: &str = "operator_id";

/// A form submission that was rejected.
#[derive(Clone)]
pub struct RefusedForm {
    /// Submitted values by field name, without secrets.
    pub typed: Vec<(String, String)>,
    pub error: ApiError,
    /// Result of the earlier submission if the form was submitted twice.
    pub made: Option<IdempotentResult>,
}

/// Returns the form that the current request submitted if it was rejected.
pub fn refused_form() -> Option<RefusedForm> {
    extension::<RefusedForm>()
}

/// Returns the secret that the current response shows, if any.
pub fn shown_once() -> Option<ShownOnce> {
    extension::<ShownOnce>()
}

/// Maps a service error for the browser, logs it and sets the response status. Causes go to the log
/// only.
pub fn fail(error: Error) -> ApiError {
    let message = told(&error, &id().unwrap_or_default());
    ApiError::answer(code(&error), message)
}

/// Logs an error and returns its message for the operator.
fn told(error: &Error, request_id: &str) -> String {
    let message = match error {
        // Signing in is not a server function, so the session must have ended.
        Error::Unauthenticated => "Your session has ended.".to_owned(),
        Error::NotFound => {
            "We couldn't find this. It may belong to another tenant, or the link is wrong."
                .to_owned()
        }
        Error::Internal(_) => INTERNAL.to_owned(),
        other => format!("{other}."),
    };
    match error {
        Error::Unavailable(cause) => tracing::warn!(request_id, %error, %cause, "request failed"),
        Error::Internal(cause) => tracing::error!(request_id, %error, %cause, "request failed"),
        Error::Busy => tracing::warn!(request_id, %error, "request failed"),
        _ => tracing::info!(request_id, %error, "request rejected"),
    }
    message
}

/// Maps a service error of a form submission. The page that shows it sets the status.
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
