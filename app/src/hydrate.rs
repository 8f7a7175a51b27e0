//! Brings the server's HTML to life.

use leptos::{mount::hydrate_body, prelude::document};

use crate::{app::App, user_activity};

/// Takes over the document's body, and marks the document when that is done: style and tests wait for the mark.
pub fn hydrate() {
    hydrate_body(App);
    user_activity::track();
    if let Some(root) = document().document_element() {
        let marked = root.set_attribute("data-hydrated", "");
        debug_assert!(marked.is_ok(), "data-hydrated is a valid attribute name");
    }
}
