//! Fuzzes search terms.

#![no_main]

#[path = "../../crates/domain/tests/properties/invariants.rs"]
mod invariants;
#[path = "../../crates/domain/tests/properties/round_trip.rs"]
mod round_trip;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| invariants::search_term(text));
