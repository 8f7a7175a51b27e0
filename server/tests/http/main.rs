//! The whole server in-process: requests in, answers out, over both engines where the database matters.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod client;
mod dashboard;
mod devices;
mod pages;
mod world;
