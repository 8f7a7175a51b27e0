//! Paths and links for event streams.

use keywright_api_types::subscription::Subject;

/// Event stream that announces changes.
pub const EVENTS: &str = "/events";

/// Returns the link to the event stream of `subject`.
pub fn events(subject: Subject) -> String {
    format!("{EVENTS}?{}", subject.to_query())
}
