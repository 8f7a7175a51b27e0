//! Statements built from fixed pieces, and rows read as values of the domain.

mod builder;
mod row;

pub(crate) use builder::{ROWS_IN_A_STATEMENT, Sql};
pub(crate) use row::{Fields, expiry_column};
