//! Parts of pages without domain words. Each has its style in the file of the same name in `style/components`.

pub mod brand;
pub mod breadcrumb;
pub mod button;
pub mod changing;
pub mod choice;
pub mod code;
pub mod confirm;
pub mod copy;
pub mod dialog;
pub mod empty;
pub mod facts;
pub mod field;
pub mod focus;
pub mod icon;
pub mod live;
pub mod menu;
pub mod meta;
pub mod notice;
pub mod pager;
pub mod search;
pub mod secret;
pub mod select;
pub mod table;
pub mod tag;
pub mod time;
pub mod timeline;
