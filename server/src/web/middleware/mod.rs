//! Dashboard middleware.

pub(crate) mod csrf;
pub(crate) mod errors;
pub(crate) mod security_headers;
pub(crate) mod session;
