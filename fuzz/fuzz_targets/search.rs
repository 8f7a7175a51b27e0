//! Fuzzes search terms.

#![no_main]

#[path = "../../crates/domain/tests/properties/promises.rs"]
mod promises;
#[path = "../../crates/domain/tests/properties/round_trip.rs"]
mod round_trip;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| promises::search_term(text));
