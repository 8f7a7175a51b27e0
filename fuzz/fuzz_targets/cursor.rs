//! Places in a list, orders, and what a page is to be told of, as they stand in an address.

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
