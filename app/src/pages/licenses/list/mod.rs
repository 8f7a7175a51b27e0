//! `/licenses`: the license list.

mod empty_states;
mod export_link;
mod filters;
#[cfg(feature = "ssr")]
pub mod no_such_key;
pub mod page;
mod row;
