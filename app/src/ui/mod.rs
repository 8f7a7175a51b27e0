//! Parts of pages without domain words. Each has its style in the file of the same name in `style/components`.
//!
//! A part that only questions use is left out of the wasm, as they are.

pub mod brand;
pub mod breadcrumb;
pub mod button;
pub mod choice;
pub mod code;
#[cfg(feature = "ssr")]
pub mod confirm;
pub mod empty;
pub mod facts;
pub mod field;
pub mod icon;
pub mod menu;
pub mod meta;
pub mod notice;
pub mod pager;
#[cfg(feature = "ssr")]
pub mod secret;
pub mod table;
pub mod tag;
pub mod time;
pub mod timeline;
