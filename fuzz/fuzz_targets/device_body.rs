//! The body of a device's request.

#![no_main]

use keywright::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::device_body(bytes));
