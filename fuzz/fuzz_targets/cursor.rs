//! Fuzzes list cursors, sort orders, subscription subjects and audit filters, as query strings
//! contain them.

#![no_main]

#[path = "../../crates/api-types/tests/properties/promises.rs"]
mod promises;
#[path = "../../crates/domain/tests/properties/round_trip.rs"]
mod round_trip;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    promises::cursor(text);
    promises::audit_filter(text);
});
