//! One unit of work: what a use case writes, together.

use sqlx::AnyConnection;

/// A transaction in progress. Its methods stand beside the tables they write: licenses, activations, audit and so on.
pub struct Tx<'c> {
    pub(crate) connection: &'c mut AnyConnection,
}

impl<'c> Tx<'c> {
    pub(crate) fn new(connection: &'c mut AnyConnection) -> Self {
        Self { connection }
    }
}
