//! Paths for the getting-started guide.

/// Getting-started guide for a new tenant. Redirects to the license list after it has been closed.
pub const GUIDE: &str = "/";
/// Dismisses the guide.
pub const GUIDE_DISMISS: &str = "/settings/guide/end";
