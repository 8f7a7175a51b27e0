//! Server-side helpers for server functions and pages: services, caller, and the mapping of service
//! errors to [`ApiError`].

use std::sync::Arc;

use keywright_domain::{ids::LicenseId, license_key::LicenseKey, sdk_key::SdkKey};
use keywright_service::{
    Caller, Error, Services,
    forms::IdempotentResult,
    licenses::{MintRequest, MintedLicense},
};

use crate::api::{
    error::{ApiError, ErrorCode},
    request_scope::{RequestScope, extension, request_id},
};

const INTERNAL: &str =
    "Something went wrong on the server. Details are in its log under this request ID.";

/// Returns the services and the caller of the current request.
pub fn services_and_caller() -> Result<(Services, Caller), ApiError> {
    let Some(scope) = extension::<RequestScope>() else {
        tracing::error!("a server function ran without the middleware that sets its scope");
        return Err(ApiError::respond(ErrorCode::Internal, INTERNAL));
    };
    match scope.account {
        Some(account) => Ok((scope.services, Caller::for_operator(&account))),
        None => Err(to_api_error(Error::Unauthenticated)),
    }
}

/// A secret that the current request created, shown only in its response.
#[derive(Clone)]
pub enum OneTimeSecret {
    /// Key and ID of the license that a remint created.
    Reminted(LicenseKey, LicenseId),
    Minted(Arc<MintedLicenses>),
    /// A new SDK key.
    SdkKey(Arc<SdkKey>),
}

/// Licenses minted by one request.
pub struct MintedLicenses {
    pub request: MintRequest,
    pub minted: Vec<MintedLicense>,
}

/// Name of the hidden field with the ID of the operator who was signed in when the form was
/// rendered. It prevents a form in an old tab from being submitted as another operator.
pub const OPERATOR_FIELD: &str = "operator_id";

/// A form submission that was rejected.
#[derive(Clone)]
pub struct RejectedForm {
    /// Submitted values by field name, without secrets.
    pub values: Vec<(String, String)>,
    pub error: ApiError,
    /// Result of the earlier submission if the form was submitted twice.
    pub previous_result: Option<IdempotentResult>,
}

/// Returns the form submission of the current request if it was rejected.
pub fn rejected_form() -> Option<RejectedForm> {
    extension::<RejectedForm>()
}

/// Returns the secret that the current response shows, if any.
pub fn one_time_secret() -> Option<OneTimeSecret> {
    extension::<OneTimeSecret>()
}

/// Logs a service error and returns it for the browser without its cause. Sets the response status
/// unless a page is being rendered.
pub fn to_api_error(error: Error) -> ApiError {
    let message = log_error(&error, &request_id().unwrap_or_default());
    ApiError::respond(error_code(&error), message)
}

/// Logs an error and returns its message for the operator.
fn log_error(error: &Error, request_id: &str) -> String {
    let message = match error {
        // Sign-in has an error type of its own, so the session must have ended.
        Error::Unauthenticated => "Your session has ended.".to_owned(),
        Error::NotFound => {
            "We couldn't find this item. It may belong to another tenant, or the link may be wrong."
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

/// Logs a service error of a form submission and returns it for the page, which sets the status.
pub fn form_error(error: Error, request_id: &str) -> ApiError {
    let message = log_error(&error, request_id);
    ApiError::new(error_code(&error), message).with_request_id(request_id.to_owned())
}

const fn error_code(error: &Error) -> ErrorCode {
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
