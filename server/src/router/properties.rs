//! What holds of every address, said once: the tests ask it of many, the fuzz targets of many more.

use axum::{body::Body, extract::Request, http::Uri};
use keywright_domain::slug::RESERVED_TENANT_SLUGS;

use super::device_path;
use crate::device_api;

/// Whatever the address: it is a browser's, or a device's with a path that is clean and stays one, and with the same query.
pub(crate) fn address(bytes: &[u8]) {
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
    device_api::rewrite_path(&mut request, &path);
    assert_eq!(request.uri().path(), path, "{uri}");
    assert_eq!(request.uri().query(), uri.query(), "{uri}");
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    proptest! {
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
    }
}
