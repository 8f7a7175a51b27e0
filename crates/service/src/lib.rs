//! Use cases: who may, load, decide, write together with the audit entry, commit, answer.
//!
//! Nothing here knows of HTTP or of pages; nothing but `store` knows SQL; every rule that needs no I/O is in `domain`.

pub mod audit;
pub mod caller;
pub mod check;
pub mod clock;
mod context;
pub mod demo;
pub mod device;
mod email;
pub mod error;
pub mod events;
pub mod forms;
pub mod licenses;
mod maintenance;
mod name;
pub mod operators;
pub mod products;
pub mod rate_limit;
pub mod rng;
pub mod sdk_keys;
mod services;
pub mod signing_keys;
pub mod tenants;
#[cfg(feature = "testing")]
pub mod testing;

pub use caller::Caller;
pub use error::{Error, Invalid};
pub use services::Services;
