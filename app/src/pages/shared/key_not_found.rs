//! Empty state for a search by a whole key that no license has.

use leptos::prelude::*;

use crate::ui::{controls::button::ButtonRow, feedback::empty_state::EmptyState};

/// Tells the operator that no license has the key. The children are links to other pages.
#[component]
pub fn KeyNotFound(children: Children) -> impl IntoView {
    view! {
        <EmptyState heading="No license has this key">
            <p>
                "We looked for the complete key. Check that you pasted all of it, and that it belongs \
                to one of your products. The key isn't shown here and wasn't logged."
            </p>
            <ButtonRow>{children()}</ButtonRow>
        </EmptyState>
    }
}
