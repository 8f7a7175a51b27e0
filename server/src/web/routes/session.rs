//! Sign-in and sign-out with plain forms, which work without JavaScript.

use ::metrics::counter;
use axum::{
    Extension, Form,
    extract::State,
    http::{Extensions, HeaderMap, HeaderValue, Uri, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{CookieJar, cookie::Cookie};
use keywright_app::{
    api::{
        page_context::{LoginError, RejectedLogin},
        request_scope::RequestScope,
    },
    routes,
};
use keywright_service::operators::{ClientInfo, SessionToken, SignInError};
use serde::Deserialize;

use crate::{
    client_ip::ClientIp,
    metrics,
    state::{AppState, PublicUrl},
    web::{cookies, render},
};

/// The sign-in form. No `Debug`: it contains a password.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    /// The page to open after sign-in.
    next: Option<String>,
}

/// `POST /session`: starts a session, or renders the form again.
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    Extension(scope): Extension<RequestScope>,
    extensions: Extensions,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Response {
    let origin = client_info(&extensions, &headers);
    let next = form.next.as_deref().and_then(routes::safe_redirect_target);
    let email = form.email.trim().to_owned();
    let operators = &state.services.operators;
    let signed_in = operators.sign_in(&email, &form.password, origin).await;
    counter!(metrics::SIGN_INS_TOTAL, "outcome" => outcome_label(&signed_in)).increment(1);
    match signed_in {
        Ok(token) => {
            end_session(&state, &headers).await;
            sign_in_redirect(&token, state.public_url, next.unwrap_or(routes::LICENSES))
        }
        Err(error) => {
            let reason = match error {
                SignInError::InvalidCredentials => LoginError::WrongCredentials,
                SignInError::RateLimited(wait) => {
                    tracing::warn!(request_id = scope.request_id, "sign-in rate limit exceeded");
                    LoginError::TooMany {
                        seconds: wait.as_secs().max(1),
                    }
                }
                SignInError::Internal(trouble) => {
                    tracing::error!(
                        error = trouble.display_chain(),
                        request_id = scope.request_id,
                        "failed to check a sign-in"
                    );
                    LoginError::Unavailable {
                        request_id: scope.request_id.clone(),
                    }
                }
            };
            let failure = RejectedLogin {
                email,
                reason,
                next: next.map(str::to_owned),
            };
            render_form_again(state, scope, headers, failure).await
        }
    }
}

const fn outcome_label(signed_in: &Result<SessionToken, SignInError>) -> &'static str {
    match signed_in {
        Ok(_) => "signed_in",
        Err(SignInError::InvalidCredentials) => "invalid_credentials",
        Err(SignInError::RateLimited(_)) => "rate_limited",
        Err(SignInError::Internal(_)) => "error",
    }
}

/// Sets the session cookie and redirects to a page.
pub(crate) fn sign_in_redirect(
    token: &SessionToken,
    public_url: PublicUrl,
    page: &str,
) -> Response {
    let jar = CookieJar::new().add(cookies::session_cookie(token, public_url));
    (jar, Redirect::to(page)).into_response()
}

/// Returns the client IP address and user agent, which are stored with a new session.
pub(crate) fn client_info(extensions: &Extensions, headers: &HeaderMap) -> ClientInfo {
    ClientInfo {
        user_agent: user_agent(headers),
        address: ClientIp::from_extensions(extensions),
    }
}

/// `POST /session/end`: ends the session, if any.
pub(crate) async fn sign_out(State(state): State<AppState>, headers: HeaderMap) -> Response {
    end_session(&state, &headers).await;
    let gone = Cookie::build((cookies::session_cookie_name(state.public_url), ""))
        .path("/")
        .secure(state.public_url.is_https);
    (
        CookieJar::new().add(gone.removal()),
        Redirect::to(routes::LOGIN),
    )
        .into_response()
}

/// Ends the session in a request's cookies. If this fails, the cookie is still removed and the
/// session expires later.
async fn end_session(state: &AppState, headers: &HeaderMap) {
    let Some(token) = cookies::session_token(&CookieJar::from_headers(headers), state.public_url)
    else {
        return;
    };
    let operators = &state.services.operators;
    let account = operators.peek_session(&token).await;
    if let Err(error) = operators.sign_out(&token).await {
        tracing::error!(error = error.display_chain(), "failed to end a session");
    }
    if let Ok(account) = account {
        state.sse_connections.recheck_sessions(account.operator_id);
    }
}

fn user_agent(headers: &HeaderMap) -> String {
    let value = headers
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}

/// Renders the sign-in page in response to its form.
async fn render_form_again(
    state: AppState,
    scope: RequestScope,
    headers: HeaderMap,
    failure: RejectedLogin,
) -> Response {
    let page = Uri::from_static(routes::SESSION);
    let wait = match failure.reason {
        LoginError::TooMany { seconds } => Some(HeaderValue::from(seconds)),
        LoginError::WrongCredentials | LoginError::Unavailable { .. } => None,
    };
    let rendered = render::render_page(state, page, headers, scope, |extensions| {
        extensions.insert(failure);
    });
    let mut response = rendered.await;
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}
