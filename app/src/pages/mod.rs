//! The pages. Folders mirror the URLs.

pub mod audit;
#[cfg(feature = "ssr")]
pub mod failed;
pub mod failure;
#[cfg(feature = "ssr")]
mod form_page;
#[cfg(feature = "ssr")]
pub mod guide;
pub mod licenses;
#[cfg(feature = "ssr")]
pub mod login;
#[cfg(feature = "ssr")]
pub mod not_found;
#[cfg(feature = "ssr")]
pub mod products;
#[cfg(feature = "ssr")]
pub mod sdk_key;
#[cfg(feature = "ssr")]
pub mod setup;
pub mod stale;
