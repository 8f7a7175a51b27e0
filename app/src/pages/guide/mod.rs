//! `/`: the getting-started guide. Server-only.

pub mod page;
mod snippets;
