//! The database itself: opening, migrating, upgrading, and a file that is replaced while it is open.

#[cfg(unix)]
mod database_file_replaced;
mod migrations;
mod open;
mod upgrades;
