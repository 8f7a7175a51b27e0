//! Hydrates the server's HTML.

use leptos::{mount::hydrate_body, prelude::document};

use crate::{app::App, user_activity};

/// Hydrates the document's body, then sets `data-hydrated` on `<html>`. Styles and tests wait for
/// that attribute.
pub fn hydrate() {
    hydrate_body(App);
    user_activity::track();
    if let Some(root) = document().document_element() {
        let marked = root.set_attribute("data-hydrated", "");
        debug_assert!(marked.is_ok(), "data-hydrated is a valid attribute name");
    }
}
