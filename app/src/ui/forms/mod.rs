//! Forms and fields.

#[cfg(feature = "ssr")]
pub mod field;
#[cfg(feature = "ssr")]
pub mod form;
pub mod radio_group;
pub mod search;
pub mod select;
