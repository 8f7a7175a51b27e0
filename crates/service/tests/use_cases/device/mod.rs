//! Device use cases: slots and leases, and the cached tenant configuration.

mod activations;
mod tenant_cache;
