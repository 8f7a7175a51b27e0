//! What the fuzz targets call: what holds of every request, as the tests have it. Each function takes bytes that anybody may
//! send, and panics where a promise is broken.

use crate::{device_api, router, web};

/// The body of a device's request.
pub fn device_body(bytes: &[u8]) {
    device_api::properties::body(bytes);
    device_api::properties::escaped_units(bytes);
}

/// The cookies of a browser's request.
pub fn cookie(bytes: &[u8]) {
    web::properties::cookies(bytes);
}

/// What else comes with any request, each line in every part: as its address, what stands behind the `?`, and a header.
pub fn headers(bytes: &[u8]) {
    for line in bytes.split(|&byte| byte == b'\n') {
        router::properties::address(line);
        web::properties::query_string(&String::from_utf8_lossy(line));
        device_api::properties::header(line);
        web::properties::header(line);
    }
}
