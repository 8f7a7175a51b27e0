//! What may be typed or pasted for a license key, a setup code, or the name of anything.

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
