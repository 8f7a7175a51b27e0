//! Operators mint licenses and act on existing ones.

mod actions;
mod mint;
