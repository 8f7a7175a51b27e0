//! Components that display values, text and tables.

#[cfg(feature = "ssr")]
pub mod code;
pub mod description_list;
pub mod secret;
pub mod step_chart;
#[cfg(feature = "ssr")]
pub mod steps;
pub mod table;
pub mod tag;
pub mod time;
pub mod timeline;
