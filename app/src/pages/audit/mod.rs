//! `/audit`. Server-only.

mod filters;
pub mod page;
mod row;
