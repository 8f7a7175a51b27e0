//! The rules of licensing, as pure functions over plain values.
//!
//! Nothing here reads a clock, draws randomness, waits or talks to anything: what a rule needs comes in as an
//! argument. The crate builds for the server and for the browser's wasm.

pub mod account;
pub mod activation;
pub mod audit;
pub mod audit_log;
pub mod detail;
pub mod duration;
pub mod entitlement;
pub mod export;
mod hex;
pub mod ids;
pub mod key;
pub mod keyless;
pub mod lease;
pub mod license;
pub mod live;
pub mod machine;
mod named_enum;
pub mod offline;
pub mod page;
pub mod plan;
pub mod product;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod properties;
pub mod query;
pub mod role;
pub mod sdk_key;
pub mod search;
pub mod settings;
pub mod setup;
pub mod signing_key;
pub mod slug;
#[cfg(test)]
mod testing;
pub mod time;
