//! The database file and schema: opening, migrating, upgrading, and replacing the open file.

#[cfg(unix)]
mod database_file_replaced;
mod migrations;
mod open;
mod upgrades;
