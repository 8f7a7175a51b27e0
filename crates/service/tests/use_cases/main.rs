//! Use case tests with a fixed clock.
//!
//! The store's contract is tested on both engines in its own crate, so most of these tests use
//! SQLite only.

#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

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
