//! The pages below `/licenses`.

pub(super) mod export;
mod export_requests;
mod mint;
mod show;
