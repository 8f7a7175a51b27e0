//! Who is looking at the page: known from the request, and the same while the browser hydrates it.

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

/// What a page knows about the request that loaded it. It is written into the page: no secrets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The operator who is signed in.
    pub account: Option<Account>,
    /// The theme that was chosen.
    pub theme: Theme,
    /// The server's name, as the browser asked for it.
    pub host: String,
    /// Under which the server's log has the request.
    pub request_id: Option<String>,
    /// The page that whoever signs in asked for.
    pub next: Option<String>,
    /// Set where the page answers a sign-in that was refused.
    pub login_failure: Option<LoginFailure>,
    /// Set where the page answers a form that could not be carried out.
    pub action_failure: Option<ApiError>,
}

/// A sign-in that was refused: the form is shown again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginFailure {
    /// The address that was typed.
    pub email: String,
    /// The page that was asked for before.
    pub next: Option<String>,
    /// Why it was refused.
    pub reason: LoginRefusal,
}

/// Why a sign-in was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LoginRefusal {
    /// No operator has this address and password; which of them is wrong is not said.
    WrongCredentials,
    /// There were too many wrong ones.
    TooMany {
        /// After how many seconds it may be tried again.
        seconds: u64,
    },
    /// The server could not look: its log knows more under this request id.
    Unavailable {
        /// The id of the request.
        request_id: String,
    },
}

impl LoginRefusal {
    /// What kind of error it is: decides the status of the page.
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::WrongCredentials => ErrorCode::Unauthenticated,
            Self::TooMany { .. } => ErrorCode::TooMany,
            Self::Unavailable { .. } => ErrorCode::Unavailable,
        }
    }
}

/// Makes the visit known to every component below: read from the request on the server, and while hydrating from what
/// the server wrote into the page.
pub fn provide_visit() {
    let visit = PageValue::new_with_encoding(current_visit).into_inner();
    provide_context(StoredValue::new(visit));
}

impl Visit {
    /// Whether the operator who looks may do that.
    pub fn allows(&self, permission: Permission) -> bool {
        let account = self.account.as_ref();
        account.is_some_and(|account| account.role.allows(permission))
    }

    /// Whether the operator's tenant is still led to its first licensed device.
    pub fn is_guided(&self) -> bool {
        self.account
            .as_ref()
            .is_some_and(|account| account.is_guided)
    }
}

/// The visit that the page belongs to.
pub fn use_visit() -> Visit {
    use_context::<StoredValue<Visit>>()
        .and_then(|visit| visit.try_get_value())
        .unwrap_or_default()
}

#[cfg(feature = "ssr")]
pub(crate) use server::current_visit;

/// In the browser the server has written it into the page.
#[cfg(not(feature = "ssr"))]
fn current_visit() -> Visit {
    Visit::default()
}

#[cfg(feature = "ssr")]
mod server {
    use http::{header, request::Parts};
    use leptos::prelude::use_context;

    use super::{LoginFailure, Visit};
    use crate::{
        api::{
            error::ApiError,
            request_scope::{RequestScope, extension},
        },
        routes,
    };

    /// What the page may know about the request that loads it; nothing while routes are only listed, without a request.
    pub(crate) fn current_visit() -> Visit {
        let scope = extension::<RequestScope>();
        Visit {
            theme: scope.as_ref().map(|scope| scope.theme).unwrap_or_default(),
            request_id: scope.as_ref().map(|scope| scope.request_id.clone()),
            account: scope.and_then(|scope| scope.account),
            host: host().unwrap_or_default(),
            next: next_page(),
            login_failure: extension::<LoginFailure>(),
            action_failure: extension::<ApiError>(),
        }
    }

    /// The page to redirect to after signing in, as named in the address of the sign-in page.
    fn next_page() -> Option<String> {
        let parts = use_context::<Parts>()?;
        routes::next_page(parts.uri.query()?)
    }

    /// The server's name as the browser asked for it; HTTP/2 has it in the URI.
    fn host() -> Option<String> {
        let parts = use_context::<Parts>()?;
        let header = parts.headers.get(header::HOST);
        let named = header.and_then(|host| host.to_str().ok());
        named.or_else(|| parts.uri.host()).map(str::to_owned)
    }
}
