//! The addresses of event streams.

use keywright_api_types::subscription::Subject;

/// Tells open pages of changes.
pub const EVENTS: &str = "/events";

/// The stream that tells of changes.
pub fn events(subject: Subject) -> String {
    format!("{EVENTS}?{}", subject.query())
}
