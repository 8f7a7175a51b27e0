//! In-process tests of the dashboard, on both engines where the database matters.

mod access;
mod audit;
mod compression;
mod errors;
mod events;
mod guide;
mod health;
mod licenses;
mod pages;
mod products;
mod search;
mod security;
mod server_functions;
mod sessions;
mod settings;
mod setup;
