//! Parsers of untrusted input, exported for property tests and fuzz targets.

pub use crate::{
    device_api::{
        extract::{
            body::LIMIT as BODY_LIMIT,
            params::{Malformed, Params},
            strict_json::{Value as JsonValue, object as json_object},
            surrogates::replace_lone as replace_lone_surrogates,
        },
        middleware::{CLIENT_REQUEST_ID, client_request_id},
        rewrite_path,
    },
    router::device_path,
    web::{
        cookies::{session_cookie, session_token, theme},
        extract::accept::is_call,
        middleware::csrf::is_same_origin,
        routes::{search::Search, theme::page_before},
    },
};
