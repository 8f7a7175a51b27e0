//! Actions on a license: revoke, remint, deactivate. Each is confirmed in a dialog on the license's
//! page or, without a script, on a separate page.

pub mod action;
pub mod confirm_dialog;
#[cfg(feature = "ssr")]
pub mod confirm_page;
mod consequences;
mod new_key;
mod offline_chart;
pub mod outcome_notice;
pub mod state;
