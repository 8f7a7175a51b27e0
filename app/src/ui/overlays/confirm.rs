//! Confirmations, on a page of their own or in a dialog.

use leptos::{ev::SubmitEvent, prelude::*};

use crate::ui::controls::button::DangerButton;
#[cfg(feature = "ssr")]
use crate::ui::controls::button::{ButtonRow, TextLink};

/// A confirmation page's form. It posts to `action`; `back` is the target of the Cancel link.
#[cfg(feature = "ssr")]
#[component]
pub fn Confirm(
    action: String,
    verb: &'static str,
    back: String,
    children: Children,
) -> impl IntoView {
    let never = Signal::derive(|| false);
    view! {
        <form class="confirm" method="post" action=action>
            {children()}
            <ButtonRow>
                <DangerButton busy=never>{verb}</DangerButton>
                <TextLink href=back>"Cancel"</TextLink>
            </ButtonRow>
        </form>
    }
}

/// The buttons of a confirmation dialog. `on_confirm` is not called while `busy`. The initial
/// focus is on Cancel.
#[component]
pub fn ConfirmActions(
    verb: &'static str,
    busy: Signal<bool>,
    #[prop(into)] on_confirm: Callback<()>,
    #[prop(into)] on_cancel: Callback<()>,
) -> impl IntoView {
    let confirmed = move |event: SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            on_confirm.run(());
        }
    };
    view! {
        <form class="dialog-actions" on:submit=confirmed>
            <button class="button" type="button" autofocus on:click=move |_| on_cancel.run(())>
                "Cancel"
            </button>
            <DangerButton busy>{verb}</DangerButton>
        </form>
    }
}
