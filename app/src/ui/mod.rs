//! Parts of pages without domain words. Each has its style in the file of the same name in `style/components`.

pub mod brand;
pub mod button;
pub mod choice;
pub mod code;
pub mod empty;
pub mod field;
pub mod icon;
pub mod menu;
pub mod meta;
pub mod notice;
pub mod pager;
pub mod table;
pub mod time;
