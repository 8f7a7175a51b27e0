//! Units of work: what they can write, and how they become transactions.

mod tx;
mod writer;

pub use tx::Tx;
pub(crate) use writer::Writer;
