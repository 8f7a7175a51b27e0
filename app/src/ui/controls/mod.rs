//! Buttons, links that look like one, and disclosures.

pub mod button;
pub mod copy;
pub mod disclosure;
