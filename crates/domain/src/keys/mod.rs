//! Tenant keys, and the setup code of a new server.

pub mod sdk_key;
pub mod setup_code;
pub mod signing_key;
