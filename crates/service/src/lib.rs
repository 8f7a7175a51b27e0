//! Use cases: who may, load, decide, write together with the audit entry, commit, answer.
//!
//! Nothing here knows of HTTP or of pages; nothing but `store` knows SQL; every rule that needs no I/O is in `domain`.

pub mod activations;
pub mod audit;
pub mod caller;
pub mod check;
pub mod clock;
mod context;
pub mod demo;
mod email;
pub mod error;
pub mod events;
pub mod forms;
pub mod guide;
pub mod keyless;
pub mod licenses;
pub mod limits;
pub mod master_key;
pub mod operators;
mod password;
pub mod products;
pub mod rng;
pub mod sdk_keys;
mod services;
pub mod settings;
pub mod setup;
mod signer;
pub mod signing_keys;
pub mod tenants;
mod terms;
#[cfg(feature = "testing")]
pub mod testing;

pub use caller::Caller;
pub use error::{Error, Invalid};
pub use services::Services;
