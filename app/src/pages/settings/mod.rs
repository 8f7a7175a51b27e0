//! `/settings`: the tenant's SDK keys. Server-only.

pub mod sdk_key;
