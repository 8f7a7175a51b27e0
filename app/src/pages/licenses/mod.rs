//! `/licenses`, and the parts that show licenses anywhere.

mod activity;
pub mod detail;
mod devices;
mod empty;
#[cfg(feature = "ssr")]
pub mod end;
pub mod list;
mod loading;
mod parts;
mod row;
#[cfg(feature = "ssr")]
mod shown;
