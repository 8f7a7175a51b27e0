//! Programs that the commands build or run: the server, its database and the browser tests.

pub(crate) mod binary;
pub(crate) mod playwright;
pub(crate) mod postgres;
pub(crate) mod serve;
