//! Navigation between pages.

pub mod brand;
pub mod breadcrumb;
pub mod menu;
pub mod pager;
