//! Keys of tenants, and the code of the first run.

pub mod sdk_key;
pub mod setup;
pub mod signing_key;
