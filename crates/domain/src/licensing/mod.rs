//! Products, key types, licenses and license keys.

pub mod duration;
pub mod entitlement;
pub mod export;
pub mod key;
pub mod license;
pub mod product;
pub mod settings;
