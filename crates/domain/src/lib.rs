//! The rules of licensing, as pure functions over plain values.
//!
//! Nothing here reads a clock, draws random numbers or performs I/O: callers pass in everything
//! that a rule needs. The crate compiles for the server and for WebAssembly.

#![warn(missing_docs)]

pub mod audit;
mod device;
mod hex;
pub mod ids;
mod keys;
mod licensing;
mod named_enum;
pub mod plan;
pub mod role;
pub mod search;
pub mod slug;
#[cfg(test)]
mod testing;
pub mod time;

pub use self::{
    device::{activation, keyless, lease, machine_hash, offline_validity},
    keys::{sdk_key, setup_code, signing_key},
    licensing::{duration, entitlement, export, license, license_key, product, product_settings},
};
