//! The pages under `/licenses`.

pub(super) mod export;
mod export_requests;
mod mint;
mod show;
