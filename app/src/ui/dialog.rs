//! A question, or something that is shown once, over the page.

use leptos::{ev, html, prelude::*};

/// A native modal dialog that is open from when it is mounted: the focus goes to what has `autofocus`, and back to where it
/// was when it closes. `on_close` hears of that, whatever closed it. `id` is its title's, too, with `-title` after it.
#[component]
pub fn Dialog(
    id: &'static str,
    title: AnyView,
    /// Where it is put to close it.
    node: NodeRef<html::Dialog>,
    /// Whether Escape closes it.
    #[prop(into)]
    escapes: Signal<bool>,
    #[prop(into)] on_close: Callback<()>,
    children: Children,
) -> impl IntoView {
    let [title_id, body_id] = ["title", "body"].map(|part| format!("{id}-{part}"));
    let (heading_id, text_id) = (title_id.clone(), body_id.clone());
    node.on_load(|dialog| {
        // Refused only where it is open already.
        dialog.show_modal().ok();
    });
    let cancelled = move |event: ev::Event| {
        if !escapes.get_untracked() {
            event.prevent_default();
        }
    };
    view! {
        <dialog
            class="dialog"
            node_ref=node
            role="alertdialog"
            aria-labelledby=title_id
            aria-describedby=body_id
            on:cancel=cancelled
            on:close=move |_| on_close.run(())
        >
            <h2 id=heading_id>{title}</h2>
            <div id=text_id>{children()}</div>
        </dialog>
    }
}
