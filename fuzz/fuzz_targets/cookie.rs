//! Fuzzes the cookies in a browser request.

#![no_main]

#[path = "../../server/tests/properties/cookies.rs"]
mod properties;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| properties::cookies(bytes));
