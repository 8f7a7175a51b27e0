//! Use cases: check permissions, load, decide, write together with the audit entry, and commit.
//!
//! *Invariant:* this crate knows nothing about HTTP or pages, leaves SQL to `store`, and leaves
//! every rule that needs no I/O to `domain`.

pub mod audit;
pub mod caller;
pub mod clock;
mod context;
pub mod demo;
pub mod device;
mod email;
pub mod error;
pub mod forms;
pub mod integrity_check;
pub mod licenses;
pub mod live_updates;
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
pub use error::{Error, InvalidInputError};
pub use services::Services;
