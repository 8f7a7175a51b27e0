//! `/licenses`: the license list.

mod empty_states;
mod export_link;
mod filters;
#[cfg(feature = "ssr")]
pub mod key_not_found;
pub mod page;
mod row;
