//! One file per endpoint, each with its request and its response.

pub(crate) mod activate;
pub(crate) mod config;
pub(crate) mod deactivate;
pub(crate) mod keyless;
pub(crate) mod keyset;
pub(crate) mod validate;
