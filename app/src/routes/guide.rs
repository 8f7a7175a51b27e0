//! Paths of the setup guide.

/// Setup guide of a new tenant. Redirects to the licenses once it is completed.
pub const GUIDE: &str = "/";
/// Dismisses the guide.
pub const GUIDE_DISMISS: &str = "/settings/guide/end";
