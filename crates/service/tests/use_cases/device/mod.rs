//! The use cases behind the device API.

mod activations;
mod tenant_cache;
