//! The server: everything that knows HTTP, the command line and the machine it runs on. The only crate that builds
//! routers.

mod accept_encoding;
pub mod cli;
pub mod client_address;
mod commands;
pub mod config;
mod data_folder;
pub mod device_api;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod limits;
mod listeners;
mod metrics;
mod request_id;
pub mod router;
pub mod setup_code;
mod shutdown;
pub mod site;
pub mod state;
pub mod streams;
pub mod telemetry;
pub mod web;
