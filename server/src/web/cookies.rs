//! The session and theme cookies.

use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use keywright_app::theme::Theme;
use keywright_service::operators::SessionToken;

use crate::state::PublicUrl;

pub(crate) const THEME_COOKIE: &str = "keywright_theme";

/// Returns the unverified session token from a request's cookies.
pub fn session_token(jar: &CookieJar, public_url: PublicUrl) -> Option<SessionToken> {
    jar.get(session_cookie_name(public_url))
        .map(|cookie| SessionToken::from_cookie(cookie.value()))
}

/// Returns the name of the session cookie. The `__Host-` prefix keeps other hosts and plain HTTP
/// from setting the cookie, but requires TLS.
pub(crate) const fn session_cookie_name(public_url: PublicUrl) -> &'static str {
    if public_url.is_https {
        "__Host-keywright_session"
    } else {
        "keywright_session"
    }
}

pub fn session_cookie(token: &SessionToken, public_url: PublicUrl) -> Cookie<'static> {
    Cookie::build((session_cookie_name(public_url), token.expose().to_owned()))
        .path("/")
        .http_only(true)
        .secure(public_url.is_https)
        .same_site(SameSite::Lax)
        .build()
}

/// Returns the theme from a request's cookies, or the default.
pub fn theme(jar: &CookieJar) -> Theme {
    jar.get(THEME_COOKIE)
        .and_then(|cookie| Theme::from_name(cookie.value()))
        .unwrap_or_default()
}
