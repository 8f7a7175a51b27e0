//! Fuzzes the body of a device request.

#![no_main]

#[path = "../../server/tests/properties/device_body.rs"]
mod properties;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| properties::device_body(bytes));
