//! What `cargo xtask <command>` does, one module for each command.

pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod deny;
pub(crate) mod dev;
pub(crate) mod screenshots;
pub(crate) mod stress;
pub(crate) mod test;
pub(crate) mod tools;
