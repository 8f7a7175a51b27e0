//! Modal dialogs, based on the native `<dialog>` element.

use leptos::{ev, html, prelude::*};

use crate::ui::focus;

/// A native modal dialog that opens when it is mounted. The element with `autofocus` gets the
/// focus. Closing the dialog calls `on_close` and restores the focus. The title has the ID
/// `{id}-title`; the description must have the ID `{id}-lead`.
#[component]
pub fn Dialog(
    id: &'static str,
    title: AnyView,
    /// Reference to the dialog, for the caller to close it.
    node: NodeRef<html::Dialog>,
    /// Whether only the dialog's own buttons close it, not Escape.
    #[prop(into)]
    stays: Signal<bool>,
    #[prop(into)] on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let heading_id = title_id.clone();
    node.on_load(|dialog| {
        // Can't fail here: the dialog has just been mounted and isn't open.
        dialog.show_modal().ok();
    });
    // Browsers close the dialog on a second Escape even if the first was canceled, so Escape is
    // handled here.
    let pressed = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            if let Some(dialog) = node.get_untracked().filter(|_| !stays.get_untracked()) {
                dialog.close();
            }
        }
    };
    let closed = move |_| {
        if let Some(dialog) = node.get_untracked().filter(|_| stays.get_untracked()) {
            // Closed by other means, such as a phone's back gesture.
            dialog.show_modal().ok();
        } else {
            on_close.run(());
            focus::restore_focus();
        }
    };
    view! {
        <dialog
            class="dialog"
            node_ref=node
            role="alertdialog"
            closedby="none"
            aria-labelledby=title_id
            aria-describedby=format!("{id}-lead")
            on:keydown=pressed
            on:close=closed
        >
            <h2 id=heading_id>{title}</h2>
            {children()}
        </dialog>
    }
}
