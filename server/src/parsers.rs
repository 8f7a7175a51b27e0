//! Parsers of untrusted input, exported for property tests and fuzz targets.

pub use crate::{
    device_api::{
        extract::{
            body::MAX_BODY_SIZE as BODY_LIMIT,
            params::{MalformedParamError, Params},
            strict_json::{Value as JsonValue, parse_object as json_object},
            surrogates::replace_lone as replace_lone_surrogates,
        },
        middleware::{CLIENT_REQUEST_ID, client_request_id},
        rewrite_path,
    },
    router::device_path,
    web::{
        cookies::{session_cookie, session_token, theme},
        extract::accept::is_script_request,
        middleware::csrf::is_same_origin,
        routes::{search::SearchParams, theme::referring_page},
    },
};
