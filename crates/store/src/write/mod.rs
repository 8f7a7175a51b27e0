//! Units of work, and the transactions that run them.

mod tx;
mod writer;

pub use tx::Tx;
pub(crate) use writer::Writer;
