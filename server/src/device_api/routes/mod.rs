//! One module per endpoint, with its request and response types.

pub(crate) mod activate;
pub(crate) mod config;
pub(crate) mod deactivate;
pub(crate) mod keyless;
pub(crate) mod keyset;
pub(crate) mod validate;
