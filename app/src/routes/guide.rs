//! The addresses of the guide.

/// Leads a new tenant to its first licensed device; to the licenses, afterwards.
pub const GUIDE: &str = "/";
/// Takes it that the guide is no longer needed.
pub const GUIDE_END: &str = "/settings/guide/end";
