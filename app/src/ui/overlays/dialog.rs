//! A question, or something that is shown once, over the page.

use leptos::{ev, html, prelude::*};

use crate::ui::focus;

/// A native modal dialog that is open from when it is mounted: the focus goes to what has `autofocus`, and back to where it
/// was when it closes. `on_close` hears of that. `id` begins its title's id, and that of what describes it: `-title` and
/// `-lead`.
#[component]
pub fn Dialog(
    id: &'static str,
    title: AnyView,
    /// Where it is put to close it.
    node: NodeRef<html::Dialog>,
    /// Whether it stays, whatever the operator presses, until its own buttons close it.
    #[prop(into)]
    stays: Signal<bool>,
    #[prop(into)] on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let title_id = format!("{id}-title");
    let heading_id = title_id.clone();
    node.on_load(|dialog| {
        // Refused only where it is open already.
        dialog.show_modal().ok();
    });
    // Browsers let a second Escape through, whatever was said to the first: so they are not asked.
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
            // Something else closed it, such as a phone's way back.
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
