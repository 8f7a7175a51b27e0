//! What server functions and pages exchange: lists, details, queries and cursors.
//!
//! Plain data with serde. The rules are in `domain`; nothing here reads, writes or decides.

pub mod account;
pub mod audit_log;
pub mod license_detail;
pub mod license_list;
pub mod page;
pub mod subscription;
