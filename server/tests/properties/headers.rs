//! Properties of the URL, the query string and the headers of a request. The fuzz target
//! `headers` tests them with many more inputs.

use axum::{
    body::Body,
    extract::{Query, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header},
};
use keywright::parsers::{
    CLIENT_REQUEST_ID, SearchParams, client_request_id, device_path, is_same_origin,
    is_script_request, referring_page, rewrite_path,
};
use keywright_app::routes;
use keywright_domain::{sdk_key::SdkKeyHash, slug::RESERVED_TENANT_SLUGS};

/// Checks all properties of a request head, with each line as its URL, its query string and a
/// header value.
pub(crate) fn check_headers(bytes: &[u8]) {
    for line in bytes.split(|&byte| byte == b'\n') {
        check_url(line);
        check_query_string(&String::from_utf8_lossy(line));
        check_device_header(line);
        check_browser_header(line);
    }
}

/// A URL belongs to the dashboard or to the device API. Normalizing a device path is idempotent
/// and keeps the query.
fn check_url(bytes: &[u8]) {
    let Ok(uri) = Uri::try_from(bytes) else {
        return;
    };
    let Some(path) = device_path(uri.path()) else {
        return;
    };
    assert_eq!(device_path(&path), Some(path.clone()));
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    assert!(segments.len() >= 2 && !segments.contains(&""), "{path}");
    assert!(!RESERVED_TENANT_SLUGS.contains(&segments[0]), "{path}");
    let mut request = Request::new(Body::empty());
    *request.uri_mut() = uri.clone();
    rewrite_path(&mut request, &path);
    assert_eq!(request.uri().path(), path, "{uri}");
    assert_eq!(request.uri().query(), uri.query(), "{uri}");
}

/// A header value is a client request ID if and only if it has the documented format. Any value can
/// be hashed as an SDK key.
fn check_device_header(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    let headers = HeaderMap::from_iter([(CLIENT_REQUEST_ID, value)]);
    let is_id = (1..=64).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let id = client_request_id(&headers);
    assert_eq!(
        id.as_ref().map(String::as_bytes),
        is_id.then_some(bytes),
        "{bytes:?}"
    );
    SdkKeyHash::compute(bytes);
}

/// Whatever the header value, the return path stays on this site, and a value that names another
/// site is rejected.
fn check_browser_header(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    let return_path = referring_page(&HeaderMap::from_iter([(header::REFERER, value.clone())]));
    // Browsers ignore tabs and treat a backslash as a slash.
    let read: String = return_path
        .chars()
        .filter(|symbol| !symbol.is_control())
        .map(|symbol| if symbol == '\\' { '/' } else { symbol })
        .collect();
    assert!(
        read.starts_with('/') && !read.starts_with("//"),
        "{return_path:?}"
    );
    assert!(HeaderValue::from_str(&return_path).is_ok());
    is_script_request(
        "/",
        &HeaderMap::from_iter([(header::ACCEPT, value.clone())]),
    );
    let is_same = |headers: &[(HeaderName, &HeaderValue)]| {
        let headers = headers.iter().cloned();
        is_same_origin(&headers.map(|(name, value)| (name, value.clone())).collect())
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

/// Whatever the query string, the link of the list leads to the same list, and the export has the
/// same filter.
fn check_query_string(text: &str) {
    let asked = routes::license_query(text);
    let link = routes::licenses(&asked);
    let again = link.split_once('?').map_or("", |(_, query)| query);
    assert_eq!(routes::license_query(again), asked);
    let Ok(address) = Uri::try_from(format!("{}?{text}", routes::LICENSES_CSV)) else {
        return;
    };
    // A `#` ends the query string of a URL.
    let sent = address.query().unwrap_or_default();
    if let Ok(Query(search)) = Query::<SearchParams>::try_from_uri(&address) {
        assert_eq!(search.filter(), routes::license_query(sent).filter);
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
        #[test]
        fn any_request_head_is_parsed(bytes in vec(any::<u8>(), 0..200)) {
            check_headers(&bytes);
        }

        #[test]
        fn any_url_belongs_to_one_surface(
            bytes in prop_oneof![
                vec(any::<u8>(), 0..60),
                "(https?://h(:80)?)?(/{1,3}([a-z%.0-9-]{0,9}|licenses|setup|pkg)){0,5}/?(\\?[a-z=?/&]{0,9})?(#x)?"
                    .prop_map(String::into_bytes),
            ]
        ) {
            check_url(&bytes);
        }

        #[test]
        fn header_is_a_valid_request_id_or_ignored(
            bytes in prop_oneof![vec(any::<u8>(), 0..70), "[0-9A-Za-z-]{0,66}_?".prop_map(String::into_bytes)]
        ) {
            check_device_header(&bytes);
        }

        #[test]
        fn no_header_leads_to_another_site(
            bytes in prop_oneof![
                vec(any::<u8>(), 0..100),
                "https?://h[/\\\\\t.a:]{0,5}(keywright.example)?[/\\\\\t a-c?#]{0,8}".prop_map(String::into_bytes),
            ]
        ) {
            check_browser_header(&bytes);
        }

        #[test]
        fn export_matches_the_list(
            text in prop_oneof![
                any::<String>(),
                "(q|status|product|x|%71)=([%+a-f0-9 -]|%[0-9A-F]{2}){0,20}",
                "q=([%+a-f0-9]|%25){0,9}&status=(active|expired|x)&product=[a-c%]{0,4}",
            ]
        ) {
            check_query_string(&text);
        }
    }
}
