//! What pages ask of the server: server functions, one file per aggregate, and what they share.

pub mod client;
pub mod codec;
pub mod error;
pub mod licenses;
#[cfg(feature = "ssr")]
pub mod request;
pub mod resource;
pub mod session;
