//! `/settings/sdk-key`: shows, creates, imports and replaces SDK keys.

pub mod end;
mod load;
pub mod replace;
pub mod show;
