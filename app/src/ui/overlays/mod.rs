//! Dialogs and toasts.

pub mod confirm;
pub mod dialog;
pub mod toast;
