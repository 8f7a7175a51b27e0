//! `/licenses`.

pub mod actions;
#[cfg(feature = "ssr")]
mod license_view;
pub mod list;
mod load;
#[cfg(feature = "ssr")]
pub mod mint;
pub mod show;
