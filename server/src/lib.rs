//! The server: everything that knows HTTP, the command line and the machine it runs on. The only crate that builds
//! routers.

pub mod cli;
mod commands;
pub mod config;
pub mod device_api;
mod request_id;
pub mod router;
mod shutdown;
pub mod site;
pub mod state;
pub mod streams;
pub mod telemetry;
pub mod web;
