//! A question with its consequences, and the form that answers it.

use leptos::prelude::*;

use crate::ui::button::{ButtonRow, DangerButton, QuietLink};

/// Posts to `action` when the verb is pressed; `back` leads away without doing anything.
#[component]
pub fn Confirm(
    action: String,
    verb: &'static str,
    back: String,
    children: Children,
) -> impl IntoView {
    view! {
        <form class="confirm" method="post" action=action>
            {children()}
            <ButtonRow>
                <DangerButton>{verb}</DangerButton>
                <QuietLink href=back>"Cancel"</QuietLink>
            </ButtonRow>
        </form>
    }
}
