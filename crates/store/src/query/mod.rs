//! Query builder, and decoding of rows into domain values.

mod builder;
mod row;

pub(crate) use builder::{ROWS_IN_A_STATEMENT, Sql};
pub(crate) use row::{Fields, expiry_column};
