//! In-process tests of the device API, on both engines.

mod api_contract;
mod client;
mod clock;
mod concurrency;
mod device_identity;
mod enumeration;
mod fuzzed_bodies;
mod invalid_input;
mod keyless;
mod openapi;
mod precedence;
mod protocol;
mod rate_limits;
