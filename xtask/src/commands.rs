//! The commands of `cargo xtask`, one module each.

pub(crate) mod bench;
pub(crate) mod demo;
pub(crate) mod deny;
pub(crate) mod dev;
pub(crate) mod hooks;
pub(crate) mod reference;
pub(crate) mod screenshots;
pub(crate) mod stress;
pub(crate) mod test;
pub(crate) mod tools;
