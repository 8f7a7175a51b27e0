//! What may be typed or pasted for a license key, a setup code, or the name of anything.

#![no_main]

use keywright_domain::properties;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    properties::license_key(text);
    properties::setup_code(text);
    properties::name(text);
});
