//! Device API middleware, outermost first: headers and deadline, then the rate limit.

mod headers;
mod rate_limit;

pub(crate) use headers::apply as headers;
pub use headers::{CLIENT_REQUEST_ID, client_request_id};
pub(crate) use rate_limit::rate_limit;
