//! Devices: activations, leases and keyless installs.

pub mod activation;
pub mod keyless;
pub mod lease;
pub mod machine_hash;
pub mod offline_validity;
