//! The binary as a person meets it: what it prints, how it ends, and that a failure says what to do and leaves nothing
//! half-made.

mod backup;
mod commands;
mod crash_recovery;
mod errors;
mod faults;
mod keys;
mod secret_leaks;
mod serving;
mod setup;
#[cfg(target_os = "linux")]
mod terminal;
