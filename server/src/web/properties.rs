//! What holds of what browsers send with every request, said once: the tests ask it of many, the fuzz targets of many more.

use axum::{
    extract::Query,
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header},
};
use axum_extra::extract::CookieJar;
use keywright_app::{routes, theme::Theme};
use keywright_service::operators::SessionToken;

use super::{
    cookies,
    extract::accept,
    middleware::csrf,
    routes::{search::Search, theme},
};
use crate::state::PublicUrl;

/// As long as the tokens of ours are, in their symbols.
const TOKEN: &str = "0123456789_abcdefghijklmnopqrstuvwxyz-ABCDE";

/// Whatever a browser sends as its cookies: reading them breaks nothing, and hides none of ours that come behind them.
pub(crate) fn cookies(bytes: &[u8]) {
    let Ok(sent) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    let jar = jar(sent.clone());
    let found = cookies::theme(&jar);
    assert_eq!(Theme::from_name(found.as_str()), Some(found));
    for is_https in [false, true] {
        let public_url = PublicUrl { is_https };
        cookies::session_token(&jar, public_url);
        let token = SessionToken::from_cookie(TOKEN);
        let begun = cookies::session_cookie(&token, public_url);
        let ours = format!("{}; keywright_theme=dark", begun.stripped().encoded());
        // A line of its own, as HTTP/2 sends them; and one behind the other, where theirs is text.
        let mut apart = HeaderMap::from_iter([(header::COOKIE, sent.clone())]);
        apart.extend(HeaderValue::from_str(&ours).map(|ours| (header::COOKIE, ours)));
        holds_ours(&CookieJar::from_headers(&apart), public_url);
        if let Ok(sent) = sent.to_str()
            && let Ok(together) = HeaderValue::from_str(&format!("{sent}; {ours}"))
        {
            holds_ours(&self::jar(together), public_url);
        }
    }
}

fn jar(cookies: HeaderValue) -> CookieJar {
    CookieJar::from_headers(&HeaderMap::from_iter([(header::COOKIE, cookies)]))
}

fn holds_ours(jar: &CookieJar, public_url: PublicUrl) {
    let token = cookies::session_token(jar, public_url);
    assert!(token.is_some_and(|token| token.expose() == TOKEN));
    assert_eq!(cookies::theme(jar), Theme::Dark);
}

/// Whatever stands in a header: the way back is a path of ours, and what says that it comes from another site is refused.
pub(crate) fn header(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    let back = theme::page_before(&HeaderMap::from_iter([(header::REFERER, value.clone())]));
    // As a browser reads it, which leaves tabs out and takes a backslash for a slash.
    let read: String = back
        .chars()
        .filter(|symbol| !symbol.is_control())
        .map(|symbol| if symbol == '\\' { '/' } else { symbol })
        .collect();
    assert!(read.starts_with('/') && !read.starts_with("//"), "{back:?}");
    assert!(HeaderValue::from_str(&back).is_ok());
    accept::is_call(
        "/",
        &HeaderMap::from_iter([(header::ACCEPT, value.clone())]),
    );
    let is_same = |headers: &[(HeaderName, &HeaderValue)]| {
        let headers = headers.iter().cloned();
        csrf::is_same_origin(&headers.map(|(name, value)| (name, value.clone())).collect())
    };
    let site = HeaderName::from_static("sec-fetch-site");
    let none = matches!(bytes, b"same-origin" | b"none");
    assert_eq!(is_same(&[(site, &value)]), none);
    let host = HeaderValue::from_static("keywright.example");
    let is_ours = value
        .to_str()
        .is_ok_and(|origin| origin.ends_with("://keywright.example"));
    let same = is_same(&[(header::ORIGIN, &value), (header::HOST, &host)]);
    assert!(!same || is_ours, "{value:?}");
}

/// Whatever stands behind the `?`: the list shows what its own link leads to, and the file holds what the list shows.
pub(crate) fn query_string(text: &str) {
    let asked = routes::license_query(text);
    let link = routes::licenses(&asked);
    let again = link.split_once('?').map_or("", |(_, query)| query);
    assert_eq!(routes::license_query(again), asked);
    let Ok(address) = Uri::try_from(format!("{}?{text}", routes::LICENSES_CSV)) else {
        return;
    };
    // In an address a `#` ends the query.
    let sent = address.query().unwrap_or_default();
    if let Ok(Query(search)) = Query::<Search>::try_from_uri(&address) {
        assert_eq!(search.filter(), routes::license_query(sent).filter);
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn any_cookies_are_read_and_hide_none_of_ours(
            bytes in prop_oneof![
                vec(any::<u8>(), 0..100),
                "((__Host-)?keywright_(session|theme)=?[ -~]{0,12};? ?){0,4}".prop_map(String::into_bytes),
                "[ -~\t]{0,80}".prop_map(String::into_bytes),
            ]
        ) {
            cookies(&bytes);
        }

        #[test]
        fn any_header_leads_nowhere_else(
            bytes in prop_oneof![
                vec(any::<u8>(), 0..100),
                "https?://h[/\\\\\t.a:]{0,5}(keywright.example)?[/\\\\\t a-c?#]{0,8}".prop_map(String::into_bytes),
            ]
        ) {
            header(&bytes);
        }

        #[test]
        fn the_file_holds_what_the_list_shows(
            text in prop_oneof![
                any::<String>(),
                "(q|status|product|x|%71)=([%+a-f0-9 -]|%[0-9A-F]{2}){0,20}",
                "q=([%+a-f0-9]|%25){0,9}&status=(active|expired|x)&product=[a-c%]{0,4}",
            ]
        ) {
            query_string(&text);
        }
    }
}
