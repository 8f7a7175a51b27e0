//! Fuzzes the URL, the query string and the headers of a request.

#![no_main]

#[path = "../../server/tests/properties/headers.rs"]
mod properties;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| properties::headers(bytes));
