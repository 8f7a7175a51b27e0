//! `/settings`. Server-only.

pub mod sdk_key;
