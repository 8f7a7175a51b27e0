//! Keys of a tenant: those that apps send, and those that sign leases.

mod sdk_keys;
mod signing_keys;

pub(crate) use sdk_keys::sdk_key_hash;
pub use signing_keys::SealedSigningKey;
