//! Layouts: the frame around the pages for operators, and the single column before sign-in.

mod account_menu;
pub mod auth_layout;
mod export_toast;
pub mod frame;
mod header;
mod nav;
pub mod page_head;
