//! What operators do to licenses.

mod actions;
mod mint;
