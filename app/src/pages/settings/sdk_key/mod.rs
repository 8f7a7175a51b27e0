//! `/settings/sdk-key`.

pub mod end;
mod load;
pub mod replace;
pub mod show;
