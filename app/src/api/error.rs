//! Error type for pages and server functions.

use std::collections::BTreeMap;

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::api::request_scope;

/// Category of an error. It determines the HTTP status and the action that a page offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Not signed in, or the session has ended.
    Unauthenticated,
    /// The operator's role does not allow the action.
    Forbidden,
    /// The resource does not exist in this tenant.
    NotFound,
    /// The request is malformed or fails validation.
    Invalid,
    /// The tenant's plan does not include the feature.
    PlanRequired,
    /// The resource was changed concurrently, or the action has already been performed.
    Conflict,
    /// Rate limit exceeded.
    RateLimited,
    /// The page was rendered by another build of the server.
    Outdated,
    /// The server is temporarily unable to respond.
    Unavailable,
    /// Unexpected server error.
    Internal,
    /// The browser received no usable response.
    Unreachable,
}

impl ErrorCode {
    pub const fn status(self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::PlanRequired => 402,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::Outdated => 409,
            Self::Invalid => 422,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Unavailable | Self::Unreachable => 503,
        }
    }
}

/// An error with a message for the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    pub code: ErrorCode,
    /// One or two sentences to show on a page.
    pub message: String,
    /// Errors for form fields, by field name.
    pub fields: BTreeMap<String, String>,
    /// ID of the request in the server's log; `None` if it is unknown, for example because the
    /// server was not reached.
    pub request_id: Option<String>,
}

impl ApiError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            fields: BTreeMap::new(),
            request_id: None,
        }
    }

    /// Returns the error for a page from another build of the server. The operator must reload the
    /// page.
    pub fn outdated() -> Self {
        Self::new(
            ErrorCode::Outdated,
            "Keywright has been updated since you opened this page.",
        )
    }

    /// Creates an error for the page being rendered, with the ID of the current request.
    #[cfg(feature = "ssr")]
    pub fn for_page(code: ErrorCode, message: &str) -> Self {
        Self {
            request_id: request_scope::request_id(),
            ..Self::new(code, message)
        }
    }

    /// Creates an error for the current page. In the browser, it has no request ID.
    #[cfg(not(feature = "ssr"))]
    pub fn for_page(code: ErrorCode, message: &str) -> Self {
        Self::new(code, message)
    }

    /// Creates the error response to the current request and sets the HTTP status. While a page is
    /// rendered, the page sets the status instead.
    #[cfg(feature = "ssr")]
    pub(super) fn respond(code: ErrorCode, message: impl Into<String>) -> Self {
        if !request_scope::wants_html() {
            request_scope::set_status(code.status());
        }
        Self {
            request_id: request_scope::request_id(),
            ..Self::new(code, message)
        }
    }

    #[must_use]
    pub fn with_request_id(mut self, id: String) -> Self {
        self.request_id = Some(id);
        self
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) => Self::new(
                ErrorCode::Unreachable,
                "We couldn't reach the server. Check your connection.",
            ),
            // On the server, this means unreadable arguments; in the browser, an unreadable
            // response.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(_) => {
                Self::respond(ErrorCode::Invalid, "The server couldn't read this request.")
            }
            // The response is not from Keywright, such as a proxy's error page, or it is truncated.
            #[cfg(not(feature = "ssr"))]
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Response(_) => Self::new(
                ErrorCode::Unreachable,
                "We couldn't read the server's response. The server may be restarting.",
            ),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => {
                Self::new(ErrorCode::Invalid, "The server couldn't read this request.")
            }
            _ => Self::new(
                ErrorCode::Internal,
                "The server sent an unexpected response. Reload the page and try again.",
            ),
        }
    }
}

/// Lets middleware reject a request with an error. Pages decode it like a server function's error.
#[cfg(feature = "ssr")]
impl axum::response::IntoResponse for ApiError {
    fn into_response(self) -> axum::response::Response {
        let status = http::StatusCode::from_u16(self.code.status());
        (
            status.unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR),
            [(http::header::CONTENT_TYPE, "application/json")],
            self.ser(),
        )
            .into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_round_trips_through_json() {
        let error = ApiError::outdated().with_request_id("7f3a91c2".to_owned());
        assert_eq!(ApiError::de(error.ser()), error);
    }

    /// Tests run with the feature `ssr`. In the browser, the same error means an unreadable
    /// response.
    #[test]
    fn unreadable_arguments_are_invalid() {
        let error = ApiError::from_server_fn_error(ServerFnErrorErr::Deserialization("x".into()));
        assert_eq!(error.code, ErrorCode::Invalid);
    }

    #[test]
    fn missing_response_is_unreachable() {
        let error = ApiError::from_server_fn_error(ServerFnErrorErr::Request("x".to_owned()));
        assert_eq!(error.code, ErrorCode::Unreachable);
        assert_eq!(error.request_id, None);
    }
}
