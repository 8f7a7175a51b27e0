//! `/`: the setup guide. Server-only.

pub mod page;
mod snippets;
