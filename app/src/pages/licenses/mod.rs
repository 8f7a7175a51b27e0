//! `/licenses`, and the parts that show licenses anywhere.

mod activity;
mod asking;
pub mod detail;
mod devices;
pub(super) mod empty;
mod export;
mod filters;
pub mod list;
#[cfg(feature = "ssr")]
mod loading;
#[cfg(feature = "ssr")]
pub mod mint;
#[cfg(feature = "ssr")]
pub mod no_such_key;
pub mod parts;
mod question;
mod question_dialog;
#[cfg(feature = "ssr")]
pub mod question_page;
mod row;
mod run_out;
mod shown;
