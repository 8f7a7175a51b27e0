//! Tests of the `keywright` binary: its output, its exit codes, and that a failure says what to
//! do and leaves nothing half-written.

mod backup;
mod commands;
mod crash_recovery;
mod errors;
mod faults;
mod keys;
mod reference;
mod secret_leaks;
mod serving;
mod setup;
#[cfg(target_os = "linux")]
mod terminal;
