//! `/audit`: the audit log. Server-only.

mod filters;
pub mod page;
mod row;
