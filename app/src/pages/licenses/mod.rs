//! `/licenses`: the list, the mint form, and the page and actions of one license.

pub mod actions;
#[cfg(feature = "ssr")]
mod license_view;
pub mod list;
mod load;
#[cfg(feature = "ssr")]
pub mod mint;
pub mod show;
