//! The pages. Folders mirror the URLs.

pub mod audit;
pub mod failure;
pub mod licenses;
pub mod login;
pub mod not_found;
pub mod stale;
