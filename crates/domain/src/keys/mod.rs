//! Tenant keys, and the setup code of a new server.

pub mod sdk_key;
pub mod setup;
pub mod signing_key;
