//! Products, key types, licenses and license keys.

pub mod duration;
pub mod entitlement;
pub mod export;
pub mod license;
pub mod license_key;
pub mod product;
pub mod product_settings;
