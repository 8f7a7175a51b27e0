//! What the store promises, on both engines alike: each test here runs on SQLite and on PostgreSQL.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod activations;
mod audit;
mod changes;
mod database;
mod idempotency_keys;
mod key_types;
mod keyless;
mod keys;
mod licenses;
mod operators;
mod search;
mod statistics;
mod support;
mod tenants;
mod transactions;
