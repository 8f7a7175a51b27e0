//! Domain-specific components that several pages use.

pub mod audit_entry;
pub mod badges;
pub mod failure;
#[cfg(feature = "ssr")]
pub mod form_page;
pub mod key_not_found;
pub mod relative_time;
pub mod stale_notice;
