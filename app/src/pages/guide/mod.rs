//! `/`: the guide. Server-only.

pub mod page;
mod snippets;
