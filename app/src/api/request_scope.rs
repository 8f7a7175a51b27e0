//! State of the current request on the server.

use std::sync::Arc;

use http::{StatusCode, header, request::Parts};
use keywright_api_types::account::Account;
use keywright_service::Services;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::theme::Theme;

/// Request extension that middleware adds to every request for a page or a server function.
#[derive(Clone)]
pub struct RequestScope {
    pub services: Services,
    /// The operator who is signed in, if any.
    pub account: Option<Account>,
    /// ID of the request in the log and in error messages.
    pub request_id: String,
    /// The theme from the cookie.
    pub theme: Theme,
    /// URL at which apps reach the server: scheme and host, without a trailing slash.
    pub base_url: Arc<str>,
}

/// Returns the URL at which apps reach the server; empty outside of a request.
pub fn base_url() -> Arc<str> {
    extension::<RequestScope>().map_or_else(|| "".into(), |scope| scope.base_url)
}

pub fn request_path() -> Option<String> {
    Some(use_context::<Parts>()?.uri.path().to_owned())
}

pub fn request_id() -> Option<String> {
    extension::<RequestScope>().map(|scope| scope.request_id)
}

pub(super) fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<Parts>()?.extensions.get::<T>().cloned()
}

/// Sets the status of the current response.
pub fn set_status(status: u16) {
    let response = use_context::<ResponseOptions>();
    if let (Some(response), Ok(status)) = (response, StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Returns whether the request is a navigation rather than a script's request. Pages set their own
/// status, and a form posted without a script is redirected, which needs a redirect status.
pub(super) fn wants_html() -> bool {
    let parts = use_context::<Parts>();
    let accept = parts
        .as_ref()
        .and_then(|parts| parts.headers.get(header::ACCEPT));
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
