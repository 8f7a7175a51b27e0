//! The theme cookie. The server renders the chosen theme, so that pages load without a flash of the
//! wrong theme.

use axum::{
    Form,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::{
    CookieJar,
    cookie::{Cookie, SameSite},
};
use keywright_app::{routes, theme::Theme};
use serde::Deserialize;
use time::Duration;

use crate::{state::AppState, web::cookies};

const COOKIE_LIFETIME: Duration = Duration::days(365);

#[derive(Debug, Deserialize)]
pub(crate) struct ThemeForm {
    #[serde(default)]
    theme: String,
}

/// `POST /session/theme`: stores the theme and redirects back.
pub(crate) async fn set_theme(
    State(state): State<AppState>,
    headers: HeaderMap,
    Form(choice): Form<ThemeForm>,
) -> Response {
    let theme = Theme::from_name(&choice.theme).unwrap_or_default();
    let cookie = Cookie::build((cookies::THEME_COOKIE, theme.as_str()))
        .path("/")
        .http_only(true)
        .secure(state.public_url.is_https)
        .same_site(SameSite::Lax)
        .max_age(COOKIE_LIFETIME);
    (
        CookieJar::new().add(cookie),
        Redirect::to(&referring_page(&headers)),
    )
        .into_response()
}

/// Returns the path of the page that submitted the form. The host is dropped, so the redirect
/// always stays on this server.
pub fn referring_page(headers: &HeaderMap) -> String {
    let referer = headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok());
    let path = referer
        .and_then(|url| url.split_once("://"))
        .and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..]));
    match path {
        Some(path)
            // Browsers remove tabs from URLs, so a tab could hide a second slash.
            if !path.contains('\t')
                && !path.starts_with("//")
                && !path.starts_with("/\\")
                && !path.starts_with(routes::SESSION) =>
        {
            path.to_owned()
        }
        _ => routes::LICENSES.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn redirect_target_is_always_a_local_path() {
        let back = |url: &'static str| {
            referring_page(&HeaderMap::from_iter([(
                header::REFERER,
                HeaderValue::from_static(url),
            )]))
        };
        assert_eq!(
            back("http://h:3000/licenses?after=1~a"),
            "/licenses?after=1~a"
        );
        assert_eq!(back("https://evil.example//evil.example/x"), "/licenses");
        assert_eq!(back("https://evil.example/\\evil.example"), "/licenses");
        assert_eq!(
            back("https://evil.example/\t/evil.example"),
            "/licenses",
            "browsers drop the tab, which leaves two slashes"
        );
        assert_eq!(
            back("http://h/session"),
            "/licenses",
            "the response to a form can't be fetched again"
        );
        assert_eq!(back("nonsense"), "/licenses");
        assert_eq!(referring_page(&HeaderMap::new()), "/licenses");
    }
}
