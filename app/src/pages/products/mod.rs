//! `/products`: products and their key types. Server-only.

pub mod delete;
mod fields;
pub mod forms;
pub mod list;
mod load;
mod shared;
pub mod show;
