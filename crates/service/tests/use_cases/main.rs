//! The use cases, on a standing clock. What they rest on, the store, has its contract tested on both engines; here it is
//! SQLite, but for the audit log, the first run and the check.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod audit;
mod check;
mod demo;
mod device;
mod events;
mod guide;
mod keys;
mod licenses;
mod master_key;
mod products;
mod setup;
mod sign_in;
mod support;
mod tenants;
