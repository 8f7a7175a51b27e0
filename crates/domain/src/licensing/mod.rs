//! What is sold: products, key types, licenses and their keys.

pub mod duration;
pub mod entitlement;
pub mod export;
pub mod key;
pub mod license;
pub mod product;
pub mod settings;
