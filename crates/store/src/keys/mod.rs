//! Keys of a tenant: SDK keys and signing keys.

mod sdk_keys;
mod signing_keys;

pub(crate) use sdk_keys::decode_sdk_key_hash;
pub use signing_keys::SealedSigningKey;
