//! Tests of the whole server, in one program so that it links once.
//!
//! `device_api` and `dashboard` call the router in-process; `cli` runs the binary; `properties` calls the parsers. Folders mirror
//! the URLs and commands.

#![expect(
    clippy::unwrap_used,
    reason = "a test that panics has failed, as it should"
)]

mod cli;
mod dashboard;
mod device_api;
mod properties;
mod support;
