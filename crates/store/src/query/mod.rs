//! Query builder, and decoding of rows into domain values.

mod builder;
mod row;

pub(crate) use builder::{MAX_ROWS_PER_STATEMENT, QueryBuilder};
pub(crate) use row::{RowReader, encode_expiry};
