//! The theme that the viewer chose: a cookie, so that the server renders it and nothing flashes.

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

/// How long the choice is remembered.
const ONE_YEAR: Duration = Duration::days(365);

#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    #[serde(default)]
    theme: String,
}

/// `POST /session/theme`: remembers the theme, and leads back to the page.
pub(crate) async fn choose(
    State(state): State<AppState>,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Response {
    let theme = Theme::from_name(&choice.theme).unwrap_or_default();
    let cookie = Cookie::build((cookies::THEME, theme.as_str()))
        .path("/")
        .http_only(true)
        .secure(state.public_url.is_https)
        .same_site(SameSite::Lax)
        .max_age(ONE_YEAR);
    (
        CookieJar::new().add(cookie),
        Redirect::to(&page_before(&headers)),
    )
        .into_response()
}

/// The path of the page that the form stood on. Only ever a path of our own: the host is dropped.
pub fn page_before(headers: &HeaderMap) -> String {
    let referer = headers
        .get(header::REFERER)
        .and_then(|value| value.to_str().ok());
    let path = referer
        .and_then(|url| url.split_once("://"))
        .and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..]));
    match path {
        Some(path)
            // Browsers leave tabs out of addresses, so one could hide a second slash.
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
    fn the_way_back_is_always_a_path_of_ours() {
        let back = |url: &'static str| {
            page_before(&HeaderMap::from_iter([(
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
            "browsers read two slashes"
        );
        assert_eq!(
            back("http://h/session"),
            "/licenses",
            "a form's answer can't be fetched again"
        );
        assert_eq!(back("nonsense"), "/licenses");
        assert_eq!(page_before(&HeaderMap::new()), "/licenses");
    }
}
