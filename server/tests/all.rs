//! Integration tests of the server, in one binary so that it links only once.
//!
//! `device_api` and `dashboard` call the router in process, `cli` runs the binary, and
//! `properties` calls the parsers. The directories mirror URLs and commands.

#![expect(clippy::unwrap_used, reason = "a panic fails the test, as intended")]

mod cli;
mod dashboard;
mod device_api;
mod properties;
mod support;
