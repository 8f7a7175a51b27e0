//! `/products`: what is sold, and in which variants. Rendered on the server only.

pub mod delete_page;
mod fields;
pub mod forms;
pub mod list;
pub mod page;
