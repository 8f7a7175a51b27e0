//! The HTTP server and the `keywright` command line.

pub mod cli;
pub mod client_ip;
mod commands;
pub mod config;
mod data_dir;
pub mod device_api;
mod metrics;
pub mod parsers;
mod request_id;
pub mod router;
pub mod setup_code;
pub mod site;
pub mod sse_connections;
pub mod state;
pub mod telemetry;
pub mod web;
