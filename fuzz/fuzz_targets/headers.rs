//! The address, the query string and the headers of any request.

#![no_main]

use keywright::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| fuzzing::headers(bytes));
