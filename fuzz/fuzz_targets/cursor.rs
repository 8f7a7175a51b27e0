//! Places in a list, orders, and what a page is to be told of, as they stand in an address.

#![no_main]

use keywright_domain::properties;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| properties::cursor(text));
