//! Fuzzes list cursors, sort orders, subscription subjects and audit filters, as query strings
//! contain them.

#![no_main]

#[path = "../../crates/api-types/tests/properties/invariants.rs"]
mod invariants;
#[path = "../../crates/domain/tests/properties/round_trip.rs"]
mod round_trip;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    invariants::cursor(text);
    invariants::audit_filter(text);
});
