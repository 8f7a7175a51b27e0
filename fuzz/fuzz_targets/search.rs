//! What is searched for.

#![no_main]

use keywright_domain::properties;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| properties::search_term(text));
