//! Contract of the store. Tests run on SQLite and PostgreSQL, unless they concern one engine.

#![expect(clippy::unwrap_used, reason = "a panic fails the test")]

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
