//! Resolves the session of each request and guards the routes that need one.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, uri::PathAndQuery},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::CookieJar;
use keywright_api_types::account::Account;
use keywright_app::{
    api::{
        client::BACKGROUND_HEADER,
        error::{ApiError, ErrorCode},
        request_scope::RequestScope,
    },
    routes,
};
use keywright_service::Error;

use super::errors::FailedRequest;
use crate::{
    request_id::RequestId,
    state::AppState,
    web::{cookies, extract::accept::is_script_request},
};

/// Adds the request scope, which pages and server functions read, to the extensions.
pub(crate) async fn resolve_session(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let request_id = RequestId::from_extensions(request.extensions())
        .server_id()
        .to_owned();
    let account = match find_account(&state, request.headers(), request.uri().path()).await {
        Ok(account) => account,
        Err(error) => {
            let error = error.display_chain();
            tracing::error!(error, request_id, "failed to look up the session");
            let message = "The database is temporarily unavailable. Try again in a minute.";
            let failed = FailedRequest::capture(&request);
            return failed.respond(state, ErrorCode::Unavailable, message).await;
        }
    };
    let theme = cookies::theme(&CookieJar::from_headers(request.headers()));
    let base_url = state.base_url(request.headers(), request.uri());
    let scope = RequestScope {
        services: state.services,
        account,
        request_id,
        theme,
        base_url,
    };
    request.extensions_mut().insert(scope);
    next.run(request).await
}

/// Redirects signed-out visitors to the sign-in page, or to setup while there is no tenant, and
/// signed-in operators away from the sign-in page.
pub(crate) async fn require_session(request: Request, next: Next) -> Response {
    let scope = request.extensions().get::<RequestScope>().cloned();
    let signed_in = scope.as_ref().is_some_and(|scope| scope.account.is_some());
    let path = request.uri().path();
    let only_asks = matches!(*request.method(), Method::GET | Method::HEAD);
    match (signed_in, path == routes::LOGIN) {
        (true, true) => Redirect::to(routes::LICENSES).into_response(),
        (false, false) if is_script_request(path, request.headers()) => {
            ApiError::new(ErrorCode::Unauthenticated, "You're signed out.")
                .with_request_id(
                    RequestId::from_extensions(request.extensions())
                        .server_id()
                        .to_owned(),
                )
                .into_response()
        }
        (false, _) if only_asks && is_setup_required(scope).await => {
            Redirect::to(routes::SETUP).into_response()
        }
        (false, false) if only_asks => {
            let asked = request.uri().path_and_query();
            let asked = asked.map_or("", PathAndQuery::as_str);
            Redirect::to(&routes::login(asked)).into_response()
        }
        _ => next.run(request).await,
    }
}

/// Returns whether the first tenant has yet to be created. Returns `false` on a database error,
/// because the sign-in page works without the database.
async fn is_setup_required(scope: Option<RequestScope>) -> bool {
    match scope {
        Some(scope) => scope.services.setup.is_required().await.unwrap_or(false),
        None => false,
    }
}

async fn find_account(
    state: &AppState,
    headers: &HeaderMap,
    path: &str,
) -> Result<Option<Account>, Error> {
    let jar = CookieJar::from_headers(headers);
    let Some(token) = cookies::session_token(&jar, state.public_url) else {
        return Ok(None);
    };
    // Requests that a page sends in the background must not extend the session.
    let is_background = path == routes::EVENTS || headers.contains_key(BACKGROUND_HEADER);
    let operators = &state.services.operators;
    let account = if is_background {
        operators.peek_session(&token).await
    } else {
        operators.get_session(&token).await
    };
    match account {
        Ok(account) => Ok(Some(account)),
        Err(Error::Unauthenticated) => Ok(None),
        Err(other) => Err(other),
    }
}
