//! The one error that pages and server functions know.

use std::collections::BTreeMap;

use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use crate::api::request_scope;

/// What kind of thing went wrong: decides the status, and what a page offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// Nobody is signed in, or no longer.
    Unauthenticated,
    /// The role does not allow it.
    Forbidden,
    /// There is no such thing in this tenant.
    NotFound,
    /// Something in the request is not as it has to be.
    Invalid,
    /// The tenant's plan does not include it.
    PlanRequired,
    /// Somebody was quicker, or it has been done already.
    Conflict,
    /// It was tried too often.
    TooMany,
    /// The page is older than the server.
    Outdated,
    /// The server can't answer now.
    Unavailable,
    /// The server failed.
    Internal,
    /// The browser got no answer.
    Unreachable,
}

impl ErrorCode {
    /// The status of the HTTP answer that carries it.
    pub const fn status(self) -> u16 {
        match self {
            Self::Unauthenticated => 401,
            Self::PlanRequired => 402,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::Outdated => 409,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable | Self::Unreachable => 503,
        }
    }
}

/// What went wrong, in words for the operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The kind.
    pub code: ErrorCode,
    /// A sentence or two to show.
    pub message: String,
    /// Where fields of a form are to blame: the field's name and what is wrong with it.
    pub fields: BTreeMap<String, String>,
    /// Under which the server's log knows more; none where the server was not reached.
    pub request_id: Option<String>,
}

impl ApiError {
    /// An error of that kind; nothing else is known about it.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            fields: BTreeMap::new(),
            request_id: None,
        }
    }

    /// For a page from before a deploy: only loading it again helps.
    pub fn outdated() -> Self {
        Self::new(
            ErrorCode::Outdated,
            "The server has been updated since this page was loaded.",
        )
    }

    /// An error of that kind of the page at hand, with the id of the request that is being answered.
    #[cfg(feature = "ssr")]
    pub fn here(code: ErrorCode, message: &str) -> Self {
        Self {
            request_id: request_scope::id(),
            ..Self::new(code, message)
        }
    }

    /// An error of that kind of the page at hand: in the browser there is no request to name.
    #[cfg(not(feature = "ssr"))]
    pub fn here(code: ErrorCode, message: &str) -> Self {
        Self::new(code, message)
    }

    /// An error that is the answer to the request at hand: sets its status, unless a page is rendered, which sets its own.
    #[cfg(feature = "ssr")]
    pub(super) fn answer(code: ErrorCode, message: impl Into<String>) -> Self {
        if !request_scope::wants_html() {
            request_scope::set_status(code.status());
        }
        Self {
            request_id: request_scope::id(),
            ..Self::new(code, message)
        }
    }

    /// The same error of a request that the server's log knows.
    #[must_use]
    pub fn of_request(mut self, id: String) -> Self {
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
                "The server could not be reached. Check the connection.",
            ),
            // On the server these are arguments that it can't read; in the browser, an answer that the page can't.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(_) => Self::answer(
                ErrorCode::Invalid,
                "The server did not understand the request.",
            ),
            // Not ours: a proxy's page, or half an answer.
            #[cfg(not(feature = "ssr"))]
            ServerFnErrorErr::Deserialization(_) | ServerFnErrorErr::Response(_) => Self::new(
                ErrorCode::Unreachable,
                "The server's answer could not be read: it may be starting anew.",
            ),
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Self::new(
                ErrorCode::Invalid,
                "The server did not understand the request.",
            ),
            _ => Self::new(
                ErrorCode::Internal,
                "The server and this page did not understand each other.",
            ),
        }
    }
}

/// For answers outside server functions, such as a middleware's refusal: pages decode them like any other error.
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
    fn an_error_survives_the_wire() {
        let error = ApiError::outdated().of_request("7f3a91c2".to_owned());
        assert_eq!(ApiError::de(error.ser()), error);
    }

    /// In the browser the same is an answer that the page can't read; these tests run on the server's side.
    #[test]
    fn what_the_server_can_not_read_is_the_callers_fault() {
        let error = ApiError::from_server_fn_error(ServerFnErrorErr::Deserialization("x".into()));
        assert_eq!(error.code, ErrorCode::Invalid);
    }

    #[test]
    fn no_answer_is_an_error_of_reach() {
        let error = ApiError::from_server_fn_error(ServerFnErrorErr::Request("x".to_owned()));
        assert_eq!(error.code, ErrorCode::Unreachable);
        assert_eq!(error.request_id, None);
    }
}
