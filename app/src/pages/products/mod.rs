//! `/products`: what is sold, and in which variants. Rendered on the server only.

mod fields;
pub mod forms;
pub mod list;
pub mod page;
