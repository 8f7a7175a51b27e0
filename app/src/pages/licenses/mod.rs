//! `/licenses`, and the parts that show licenses anywhere.

mod empty;
pub mod list;
mod parts;
mod row;
