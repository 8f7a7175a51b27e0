//! What devices ask for.

mod activations;
mod tenant_cache;
