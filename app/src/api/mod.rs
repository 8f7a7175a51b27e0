//! Server functions, one file per aggregate, and the types they share.

pub mod client;
pub mod codec;
pub mod error;
pub mod licenses;
pub mod page_context;
#[cfg(feature = "ssr")]
pub mod request;
#[cfg(feature = "ssr")]
pub mod request_scope;
pub mod resource;
