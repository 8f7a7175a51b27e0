//! The cookies that browsers keep for us: the session and the theme.

use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use keywright_app::theme::Theme;
use keywright_service::operators::SessionToken;

use crate::state::PublicUrl;

/// The cookie that keeps the theme.
pub(crate) const THEME: &str = "keywright_theme";

/// Returns the session's token in a request's cookies.
pub fn session_token(jar: &CookieJar, public_url: PublicUrl) -> Option<SessionToken> {
    jar.get(session_cookie_name(public_url))
        .map(|cookie| SessionToken::from_cookie(cookie.value()))
}

/// Over TLS the prefix keeps other hosts and plain HTTP from setting it.
pub(crate) const fn session_cookie_name(public_url: PublicUrl) -> &'static str {
    if public_url.is_https {
        "__Host-keywright_session"
    } else {
        "keywright_session"
    }
}

/// Builds the cookie that keeps a session.
pub fn session_cookie(token: &SessionToken, public_url: PublicUrl) -> Cookie<'static> {
    Cookie::build((session_cookie_name(public_url), token.expose().to_owned()))
        .path("/")
        .http_only(true)
        .secure(public_url.is_https)
        .same_site(SameSite::Lax)
        .build()
}

/// Returns the theme that a request's cookies name.
pub fn theme(jar: &CookieJar) -> Theme {
    jar.get(THEME)
        .and_then(|cookie| Theme::from_name(cookie.value()))
        .unwrap_or_default()
}
