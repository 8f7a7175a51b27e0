//! What the server knows about the request at hand. Server only.

use std::sync::Arc;

use http::{StatusCode, header, request::Parts};
use keywright_api_types::account::Account;
use keywright_service::Services;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::theme::Theme;

/// What the server's middleware puts into the extensions of every request for a page or a server function.
#[derive(Clone)]
pub struct RequestScope {
    /// The use cases.
    pub services: Services,
    /// Who is signed in.
    pub account: Option<Account>,
    /// Names the request in the log and in error messages.
    pub request_id: String,
    /// What the theme cookie says.
    pub theme: Theme,
    /// How apps reach the server: scheme and host, without a slash at the end.
    pub base_url: Arc<str>,
}

/// How apps reach the server.
pub fn base_url() -> Arc<str> {
    extension::<RequestScope>().map_or_else(|| "".into(), |scope| scope.base_url)
}

/// The path of the request at hand.
pub fn path() -> Option<String> {
    Some(use_context::<Parts>()?.uri.path().to_owned())
}

/// The id of the request at hand.
pub fn id() -> Option<String> {
    extension::<RequestScope>().map(|scope| scope.request_id)
}

pub(super) fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<Parts>()?.extensions.get::<T>().cloned()
}

/// Sets the status of the page that is being rendered.
pub fn set_status(status: u16) {
    let response = use_context::<ResponseOptions>();
    if let (Some(response), Ok(status)) = (response, StatusCode::from_u16(status)) {
        response.set_status(status);
    }
}

/// Whether a page is being rendered or a plain form was posted, rather than a script asking. A page sets its own
/// status, and a plain form is to be led back to its page, which any other status than a redirect's would prevent.
pub(super) fn wants_html() -> bool {
    let parts = use_context::<Parts>();
    let accept = parts
        .as_ref()
        .and_then(|parts| parts.headers.get(header::ACCEPT));
    accept
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
