//! The binary as a person meets it: what it prints, how it ends, and that a failure says what to do and leaves nothing
//! half-made.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod backup;
mod crash;
mod device;
mod failures;
mod http;
mod installation;
mod keys;
mod secrets;
mod serving;
mod setup;
#[cfg(target_os = "linux")]
mod terminal;
mod trouble;
mod working;
