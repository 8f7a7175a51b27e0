//! Properties of request cookies. The fuzz target `cookie` tests them with many more inputs.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::CookieJar;
use keywright::{
    parsers::{session_cookie, session_token, theme},
    state::PublicUrl,
};
use keywright_app::theme::Theme;
use keywright_service::operators::SessionToken;

/// A token with the length and alphabet of real session tokens.
const TOKEN: &str = "0123456789_abcdefghijklmnopqrstuvwxyz-ABCDE";

/// Parsing any cookies neither fails nor hides our own cookies after them.
pub(crate) fn check_cookies(bytes: &[u8]) {
    let Ok(sent) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    let jar = cookie_jar(sent.clone());
    let found = theme(&jar);
    assert_eq!(Theme::from_name(found.as_str()), Some(found));
    for is_https in [false, true] {
        let public_url = PublicUrl { is_https };
        session_token(&jar, public_url);
        let token = SessionToken::from_cookie(TOKEN);
        let session = session_cookie(&token, public_url);
        let ours = format!("{}; keywright_theme=dark", session.stripped().encoded());
        // Send our cookies in a separate header, as HTTP/2 does, and after the others in one
        // header if those are text.
        let mut apart = HeaderMap::from_iter([(header::COOKIE, sent.clone())]);
        apart.extend(HeaderValue::from_str(&ours).map(|ours| (header::COOKIE, ours)));
        assert_own_cookies(&CookieJar::from_headers(&apart), public_url);
        if let Ok(sent) = sent.to_str()
            && let Ok(together) = HeaderValue::from_str(&format!("{sent}; {ours}"))
        {
            assert_own_cookies(&self::cookie_jar(together), public_url);
        }
    }
}

fn cookie_jar(cookies: HeaderValue) -> CookieJar {
    CookieJar::from_headers(&HeaderMap::from_iter([(header::COOKIE, cookies)]))
}

fn assert_own_cookies(jar: &CookieJar, public_url: PublicUrl) {
    let token = session_token(jar, public_url);
    assert!(token.is_some_and(|token| token.expose() == TOKEN));
    assert_eq!(theme(jar), Theme::Dark);
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn any_cookies_are_parsed_and_hide_none_of_our_own(
            bytes in prop_oneof![
                vec(any::<u8>(), 0..100),
                "((__Host-)?keywright_(session|theme)=?[ -~]{0,12};? ?){0,4}".prop_map(String::into_bytes),
                "[ -~\t]{0,80}".prop_map(String::into_bytes),
            ]
        ) {
            check_cookies(&bytes);
        }

    }
}
