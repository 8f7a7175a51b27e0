//! Fuzzes license keys, setup codes and names, as people type or paste them.

#![no_main]

#[path = "../../crates/domain/tests/properties/promises.rs"]
mod promises;
#[path = "../../crates/domain/tests/properties/round_trip.rs"]
mod round_trip;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    promises::license_key(text);
    promises::setup_code(text);
    promises::name(text);
});
