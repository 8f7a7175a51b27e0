//! Promises about the address, the query string and the headers of any request. The fuzz target `headers` asks the same of
//! many more.

use axum::{
    body::Body,
    extract::{Query, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Uri, header},
};
use keywright::parsers::{
    CLIENT_REQUEST_ID, Search, client_request_id, device_path, is_call, is_same_origin,
    page_before, rewrite_path,
};
use keywright_app::routes;
use keywright_domain::{sdk_key::SdkKeyHash, slug::RESERVED_TENANT_SLUGS};

/// Everything that holds of a request's head, with each line in every part of it: as the address, behind its `?`, and
/// as a header.
pub(crate) fn headers(bytes: &[u8]) {
    for line in bytes.split(|&byte| byte == b'\n') {
        address(line);
        query_string(&String::from_utf8_lossy(line));
        device_header(line);
        browser_header(line);
    }
}

/// Whatever the address: it is a browser's, or a device's with a path that is clean and stays one, and with the same query.
fn address(bytes: &[u8]) {
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

/// A header is the client's id of the request as documented, or none; as an SDK key it is hashed as it is.
fn device_header(bytes: &[u8]) {
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
    SdkKeyHash::of(bytes);
}

/// Whatever stands in a header: the way back is a path of ours, and what says that it comes from another site is refused.
fn browser_header(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    let back = page_before(&HeaderMap::from_iter([(header::REFERER, value.clone())]));
    // As a browser reads it, which leaves tabs out and takes a backslash for a slash.
    let read: String = back
        .chars()
        .filter(|symbol| !symbol.is_control())
        .map(|symbol| if symbol == '\\' { '/' } else { symbol })
        .collect();
    assert!(read.starts_with('/') && !read.starts_with("//"), "{back:?}");
    assert!(HeaderValue::from_str(&back).is_ok());
    is_call(
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

/// Whatever stands behind the `?`: the list shows what its own link leads to, and the file holds what the list shows.
fn query_string(text: &str) {
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
        fn any_head_of_a_request_is_read(bytes in vec(any::<u8>(), 0..200)) {
            headers(&bytes);
        }

        #[test]
        fn any_address_belongs_to_one_side(
            bytes in prop_oneof![
                vec(any::<u8>(), 0..60),
                "(https?://h(:80)?)?(/{1,3}([a-z%.0-9-]{0,9}|licenses|setup|pkg)){0,5}/?(\\?[a-z=?/&]{0,9})?(#x)?"
                    .prop_map(String::into_bytes),
            ]
        ) {
            address(&bytes);
        }

        #[test]
        fn a_header_is_an_id_of_a_request_or_none(
            bytes in prop_oneof![vec(any::<u8>(), 0..70), "[0-9A-Za-z-]{0,66}_?".prop_map(String::into_bytes)]
        ) {
            device_header(&bytes);
        }

        #[test]
        fn any_header_leads_nowhere_else(
            bytes in prop_oneof![
                vec(any::<u8>(), 0..100),
                "https?://h[/\\\\\t.a:]{0,5}(keywright.example)?[/\\\\\t a-c?#]{0,8}".prop_map(String::into_bytes),
            ]
        ) {
            browser_header(&bytes);
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
