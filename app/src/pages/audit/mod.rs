//! The audit log, and how its entries read wherever they are shown.

pub mod entry;
#[cfg(feature = "ssr")]
mod filters;
#[cfg(feature = "ssr")]
pub mod log;
#[cfg(feature = "ssr")]
mod row;
