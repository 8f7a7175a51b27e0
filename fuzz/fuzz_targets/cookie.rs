//! The cookies of a browser's request.

#![no_main]

use keywright::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::cookie(bytes));
