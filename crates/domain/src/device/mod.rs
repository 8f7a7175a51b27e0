//! Devices: activations, leases and keyless installs.

pub mod activation;
pub mod keyless;
pub mod lease;
pub mod machine;
pub mod offline;
