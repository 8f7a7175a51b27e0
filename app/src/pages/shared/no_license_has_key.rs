//! The empty state of a search for a whole key that no license has.

use leptos::prelude::*;

use crate::ui::{controls::button::ButtonRow, feedback::empty_state::EmptyState};

/// Says that no license has the key; the children lead on.
#[component]
pub fn NoLicenseHasKey(children: Children) -> impl IntoView {
    view! {
        <EmptyState heading="No license has this key">
            <p>
                "The key was looked up by its hash, whole. Check that all of it was pasted, and that it is a key of this \
                tenant’s products. It is not shown here, and was written down nowhere."
            </p>
            <ButtonRow>{children()}</ButtonRow>
        </EmptyState>
    }
}
