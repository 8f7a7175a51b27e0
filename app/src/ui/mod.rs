//! Generic components, independent of the domain. Their styles have the same path below
//! `style/components`.

pub mod controls;
pub mod display;
pub mod dynamic;
pub mod feedback;
pub mod focus;
pub mod forms;
pub mod icon;
pub mod keyed_list;
pub mod navigation;
pub mod overlays;
