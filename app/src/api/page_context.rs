//! The context of a page: operator, theme and the error of a rejected form. The browser reads it
//! from the HTML, so that hydration renders the same page.

use keywright_api_types::account::Account;
use keywright_domain::role::Permission;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    api::{
        codec::PageValue,
        error::{ApiError, ErrorCode},
    },
    theme::Theme,
};

/// Request data that pages can use. It is embedded in the HTML, so it must not contain secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageContext {
    /// The operator who is signed in, if any.
    pub account: Option<Account>,
    pub theme: Theme,
    /// The host name that the browser requested.
    pub host: String,
    /// ID of the request in the server's log.
    pub request_id: Option<String>,
    /// The page to open after signing in.
    pub next: Option<String>,
    /// Set if the page is the response to a rejected sign-in.
    pub rejected_login: Option<RejectedLogin>,
    /// Set if the page is the response to a form that failed.
    pub action_error: Option<ApiError>,
}

/// A rejected sign-in, for redisplaying the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedLogin {
    /// The email address as submitted.
    pub email: String,
    /// The page to open after signing in.
    pub next: Option<String>,
    pub reason: LoginError,
}

/// Reason for a rejected sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoginError {
    /// Wrong email or password. The page does not say which.
    WrongCredentials,
    /// Too many failed attempts.
    TooMany {
        /// Seconds until the next attempt is allowed.
        seconds: u64,
    },
    /// The server could not check the credentials.
    Unavailable {
        /// ID of the request in the server's log.
        request_id: String,
    },
}

impl LoginError {
    /// Returns the error code, which determines the page's HTTP status.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::WrongCredentials => ErrorCode::Unauthenticated,
            Self::TooMany { .. } => ErrorCode::RateLimited,
            Self::Unavailable { .. } => ErrorCode::Unavailable,
        }
    }
}

/// Provides the page context to all components below. The server builds it from the request; the
/// browser reads it from the HTML during hydration.
pub fn provide_page_context() {
    let visit = PageValue::new_with_encoding(current_page_context).into_inner();
    provide_context(StoredValue::new(visit));
}

impl PageContext {
    /// Returns whether the operator has the permission.
    pub fn allows(&self, permission: Permission) -> bool {
        let account = self.account.as_ref();
        account.is_some_and(|account| account.role.allows(permission))
    }

    /// Returns whether the tenant's getting-started guide is still open.
    pub fn is_guided(&self) -> bool {
        self.account
            .as_ref()
            .is_some_and(|account| account.is_guided)
    }
}

/// Returns the page context, or an empty one if none was provided.
pub fn use_page_context() -> PageContext {
    use_context::<StoredValue<PageContext>>()
        .and_then(|visit| visit.try_get_value())
        .unwrap_or_default()
}

#[cfg(feature = "ssr")]
pub(crate) use server::current_page_context;

/// The browser reads the context from the HTML instead.
#[cfg(not(feature = "ssr"))]
fn current_page_context() -> PageContext {
    PageContext::default()
}

#[cfg(feature = "ssr")]
mod server {
    use http::{header, request::Parts};
    use leptos::prelude::use_context;

    use super::{PageContext, RejectedLogin};
    use crate::{
        api::{
            error::ApiError,
            request_scope::{RequestScope, extension},
        },
        routes,
    };

    /// Builds the context from the current request. It is empty when routes are listed at startup,
    /// outside of any request.
    pub(crate) fn current_page_context() -> PageContext {
        let scope = extension::<RequestScope>();
        PageContext {
            theme: scope.as_ref().map(|scope| scope.theme).unwrap_or_default(),
            request_id: scope.as_ref().map(|scope| scope.request_id.clone()),
            account: scope.and_then(|scope| scope.account),
            host: host().unwrap_or_default(),
            next: next_page(),
            rejected_login: extension::<RejectedLogin>(),
            action_error: extension::<ApiError>(),
        }
    }

    /// Returns the page to open after signing in, from the sign-in page's query string; `None` if
    /// it is missing or not allowed.
    fn next_page() -> Option<String> {
        let parts = use_context::<Parts>()?;
        routes::next_page(parts.uri.query()?)
    }

    /// Returns the requested host name: from the `Host` header, or with HTTP/2 from the URI.
    fn host() -> Option<String> {
        let parts = use_context::<Parts>()?;
        let header = parts.headers.get(header::HOST);
        let named = header.and_then(|host| host.to_str().ok());
        named.or_else(|| parts.uri.host()).map(str::to_owned)
    }
}
