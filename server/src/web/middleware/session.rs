//! Who is asking: resolved once for each request, and where that leads.

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
        client::UNATTENDED_HEADER,
        error::{ApiError, ErrorCode},
        request_scope::RequestScope,
    },
    routes,
};
use keywright_service::Error;

use super::errors::Failed;
use crate::{
    request_id::RequestId,
    state::AppState,
    web::{cookies, extract::accept::is_call},
};

/// Puts the request's scope, which pages and server functions read, into its extensions.
pub(crate) async fn resolve(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let request_id = RequestId::of(request.extensions()).own().to_owned();
    let account = match find_account(&state, request.headers(), request.uri().path()).await {
        Ok(account) => account,
        Err(error) => {
            let error = error.with_causes();
            tracing::error!(error, request_id, "no session could be looked up");
            let message = "The database is not available at the moment. Try again in a minute.";
            let failed = Failed::from(&request);
            return failed.answer(state, ErrorCode::Unavailable, message).await;
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

/// Leads those who are not signed in to the sign-in page, or to the setup while nobody can sign in, and those who are away
/// from it.
pub(crate) async fn guard(request: Request, next: Next) -> Response {
    let scope = request.extensions().get::<RequestScope>().cloned();
    let signed_in = scope.as_ref().is_some_and(|scope| scope.account.is_some());
    let path = request.uri().path();
    let only_asks = matches!(*request.method(), Method::GET | Method::HEAD);
    match (signed_in, path == routes::LOGIN) {
        (true, true) => Redirect::to(routes::LICENSES).into_response(),
        (false, false) if is_call(path, request.headers()) => {
            ApiError::new(ErrorCode::Unauthenticated, "You are no longer signed in.")
                .of_request(RequestId::of(request.extensions()).own().to_owned())
                .into_response()
        }
        (false, _) if only_asks && is_setup_due(scope).await => {
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

/// Whether the first tenant is still to be made. Where nobody can tell, the sign-in page is shown, which needs no database.
async fn is_setup_due(scope: Option<RequestScope>) -> bool {
    match scope {
        Some(scope) => scope.services.setup.is_due().await.unwrap_or(false),
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
    // What a page asks by itself does not count as its operator's being there.
    let is_unattended = path == routes::EVENTS || headers.contains_key(UNATTENDED_HEADER);
    let operators = &state.services.operators;
    let account = if is_unattended {
        operators.peek_session(&token).await
    } else {
        operators.session(&token).await
    };
    match account {
        Ok(account) => Ok(Some(account)),
        Err(Error::Unauthenticated) => Ok(None),
        Err(other) => Err(other),
    }
}
