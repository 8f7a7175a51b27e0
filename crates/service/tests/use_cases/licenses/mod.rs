//! License management for operators.

mod actions;
mod mint;
