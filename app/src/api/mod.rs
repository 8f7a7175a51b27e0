//! Server functions for licenses, their client, and the request context that pages use.

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
