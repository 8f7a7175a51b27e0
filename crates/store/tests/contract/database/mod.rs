//! The database itself: opening, migrating, upgrading, and replacement of the open file.

#[cfg(unix)]
mod database_file_replaced;
mod migrations;
mod open;
mod upgrades;
