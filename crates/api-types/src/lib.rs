//! Types exchanged by server functions and pages: lists, details, queries and cursors.
//!
//! Plain data with serde. The rules are in `domain`; nothing here performs I/O or makes decisions.

pub mod account;
pub mod audit_log;
pub mod license_detail;
pub mod license_list;
pub mod page;
pub mod subscription;
