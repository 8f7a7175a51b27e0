//! Fuzzes license keys, setup codes and names, as people type or paste them.

#![no_main]

#[path = "../../crates/domain/tests/properties/invariants.rs"]
mod invariants;
#[path = "../../crates/domain/tests/properties/round_trip.rs"]
mod round_trip;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    invariants::license_key(text);
    invariants::setup_code(text);
    invariants::name(text);
});
