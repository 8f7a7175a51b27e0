//! Buttons, links that look like buttons, and disclosures.

pub mod button;
pub mod copy;
pub mod disclosure;
