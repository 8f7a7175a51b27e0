//! The use cases, on a standing clock. What they rest on, the store, has its contract tested on both engines; here it is
//! SQLite, but for the audit log, the first run and the check.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod acting;
mod audit;
mod check;
mod demo;
mod devices;
mod events;
mod guide;
mod keys;
mod master_key;
mod minting;
mod products;
mod remembered;
mod setup;
mod signing_in;
mod tenants;
mod world;
