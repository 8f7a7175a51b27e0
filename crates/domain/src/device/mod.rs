//! What devices hold and what they are given.

pub mod activation;
pub mod keyless;
pub mod lease;
pub mod machine;
pub mod offline;
