//! Something that is shown once.

use leptos::{html, prelude::*};

use crate::ui::{
    changing::changing,
    copy::{Copied, copy},
    icon::{Icon, IconName},
};

/// The text alone in its frame; a click selects the whole of it, and a button, which takes the focus, copies it.
#[component]
pub fn Secret(label: &'static str, copy_label: &'static str, text: String) -> impl IntoView {
    let copied = RwSignal::new(Copied::No);
    let said = changing(move || {
        let state = copied.get();
        state.sentence().map(|sentence| {
            let tone = (state == Copied::Yes).then_some("ok");
            view! { <span data-tone=tone>{sentence}</span> }
        })
    });
    let node = NodeRef::<html::Button>::new();
    node.on_load(|button| {
        button.focus().ok();
    });
    let shown = text.clone();
    view! {
        <div class="secret">
            <output aria-label=label>{shown}</output>
            <button
                class="button"
                data-kind="primary"
                data-when="script"
                type="button"
                node_ref=node
                on:click=move |_| copy(text.clone(), copied)
            >
                <Icon name=IconName::Copy/>
                {copy_label}
            </button>
        </div>
        <p class="said" role="status">{said}</p>
    }
}
