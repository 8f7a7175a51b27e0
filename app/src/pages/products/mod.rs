//! `/products`. Server-only.

pub mod delete;
mod fields;
pub mod forms;
pub mod list;
mod load;
mod parts;
pub mod show;
